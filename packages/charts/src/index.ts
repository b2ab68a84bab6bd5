/** Line charts with bands and error bars, as SVG. */
export type { ChartAxis, ChartLine, ChartPoint, LineChart } from "./line-chart.ts";
export { type ChartLayout, renderCharts } from "./render-charts.ts";
