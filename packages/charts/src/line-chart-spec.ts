import type { ChartAxis, ChartLine, LineChart } from "./line-chart.ts";
import { gray, palette } from "./theme.ts";

/** More points than this on a line are not told apart on the picture. */
const mostPoints = 1000;

/** A chart as a Vega-Lite unit: one layer for each line and level, each naming itself in the legend. */
export function lineChartSpec(chart: LineChart): object {
  const { x, y, levels = [], width = 640, height = 360 } = chart;
  const lines = chart.lines.filter(({ points }) => points.length > 0);
  const named = [
    ...lines.map(({ name }, i) => ({ name, color: palette[i % palette.length]! })),
    ...levels.map(({ name }) => ({ name, color: gray })),
  ];
  return {
    width,
    height,
    title: {
      text: chart.title,
      ...(chart.subtitle === undefined ? {} : { subtitle: chart.subtitle }),
      anchor: "start",
      frame: "group",
      offset: 12,
    },
    layer: [...levels.map(levelLayer), ...lines.flatMap((line) => lineLayers(line, x, y))],
    encoding: {
      x: {
        type: "quantitative",
        title: x.title,
        axis: { tickCount: 6, grid: false, ...format(x) },
        scale: scaleOf(x, { nice: false }),
      },
      y: {
        type: "quantitative",
        title: y.title,
        axis: { grid: true, ...format(y) },
        scale: scaleOf(y, y.domain === undefined ? { padding: 8 } : {}),
      },
      color: {
        type: "nominal",
        legend: { symbolOpacity: 1 }, // a band's own would make its symbol as pale as the band
        scale: { domain: named.map(({ name }) => name), range: named.map(({ color }) => color) },
      },
    },
  };
}

function format(axis: ChartAxis): object {
  return axis.format === undefined ? {} : { format: axis.format };
}

function scaleOf({ scale = "linear", zero = false, domain }: ChartAxis, more: object): object {
  if (scale === "log") return { ...more, type: "log", ...(domain && { domain }) };
  return { ...more, zero, ...(domain && { domain }) };
}

function lineLayers({ name, points, mark = "line" }: ChartLine, x: ChartAxis, y: ChartAxis): object[] {
  const shown = points.filter((point) => visible(x, point.x) && visible(y, point.y));
  const values = thinned(shown);
  const around = values.filter(
    ({ low, high }) => low !== undefined && high !== undefined && visible(y, low) && visible(y, high),
  );
  const color = { datum: name };
  const spread = {
    data: { values: around },
    mark:
      mark === "points"
        ? { type: "rule", strokeWidth: 1.5, clip: true }
        : { type: "area", opacity: 0.18, clip: true },
    encoding: { x: { field: "x" }, y: { field: "low" }, y2: { field: "high" }, color },
  };
  const own = {
    data: { values },
    mark:
      mark === "points"
        ? { type: "point", filled: true, size: 60, opacity: 1 }
        : { type: "line", strokeWidth: 2, clip: true, ...(mark === "dashed" ? { strokeDash: [5, 3] } : {}) },
    encoding: { x: { field: "x" }, y: { field: "y" }, color },
  };
  return around.length > 0 ? [spread, own] : [own];
}

function levelLayer({ name, y }: { readonly name: string; readonly y: number }): object {
  return {
    data: { values: [{}] },
    mark: { type: "rule", strokeDash: [6, 4], strokeWidth: 1.5 },
    encoding: { x: null, y: { datum: y }, color: { datum: name } },
  };
}

function visible({ scale }: ChartAxis, value: number): boolean {
  return Number.isFinite(value) && (scale !== "log" || value > 0);
}

/** Every n-th point, and the last. */
function thinned<Point>(points: readonly Point[]): Point[] {
  const stride = Math.ceil(points.length / mostPoints);
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}
