import type { TopLevelSpec } from "vega-lite";
import type { LineChart } from "./line-chart.ts";
import { lineChartSpec } from "./line-chart-spec.ts";
import { theme } from "./theme.ts";

/** How {@link renderCharts} lays charts out. */
export interface ChartLayout {
  /** Charts beside each other. Default 1. */
  readonly columns?: number;
}

/** Charts as one SVG text, row by row. Loads Vega at first use. Lines of more than 1,000 points are thinned out. */
export async function renderCharts(
  charts: readonly LineChart[],
  { columns = 1 }: ChartLayout = {},
): Promise<string> {
  const [{ parse, resetSVGDefIds, View }, { compile }] = await Promise.all([
    import("vega"),
    import("vega-lite"),
  ]);
  const spec = {
    background: "white",
    padding: 16,
    config: theme,
    ...(charts.length === 1
      ? lineChartSpec(charts[0]!)
      : {
          concat: charts.map(lineChartSpec),
          columns,
          spacing: { row: 36, column: 48 },
          // each chart has lines, colours and a legend of its own
          resolve: { scale: { color: "independent" }, legend: { color: "independent" } },
        }),
  } as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: "none" });
  try {
    resetSVGDefIds(); // counts up for as long as the process lives; the same chart is to be the same text
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
