import type { Tensor } from "@gradbridge/core";
import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import type { Data, Fit, names } from "./regressions.ts";

type Name = (typeof names)[number];

/** A chart as SVG text; coordinates (numbers inside tags) to two digits. */
export async function svg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ config: { aria: false }, ...spec }).spec), { renderer: "none" });
  return (await view.toSVG()).replace(/\d+\.\d{3,}(?=[^<>]*>)/g, (digits) =>
    String(+Number(digits).toFixed(2)),
  );
}

/** The last column of a prediction or of labels: ŷ, or the probability of class 1, or the class number. */
function lastColumn(values: Tensor, rows: number): number[] {
  const all = [...values.dataSync()];
  const columns = all.length / rows;
  return all.filter((_, i) => i % columns === columns - 1);
}

/** Labels and fitted means over x, one panel per regression. */
export function fitsChart(data: Data, fits: ReadonlyMap<Name, Fit>): TopLevelSpec {
  const x = [...data.x.dataSync()];
  const panels = [...fits].map(([name, { prediction }]) => {
    const { y } = data.regressions[name];
    const labels = lastColumn(y, x.length);
    const means = lastColumn(prediction, x.length);
    const values = x.map((position, i) => ({ i, x: position, y: labels[i]!, mean: means[i]! }));
    return {
      title: name,
      width: 210,
      height: 170,
      data: { values },
      layer: [
        {
          transform: [{ filter: "datum.i % 2 === 0" }], // every second label: the picture is the same
          mark: { type: "point" as const, filled: true, size: 40, opacity: 0.25, color: "#4c78a8" },
          encoding: { y: { field: "y", type: "quantitative" as const, title: "y" } },
        },
        {
          mark: { type: "line" as const, strokeWidth: 2, color: "#e45756" },
          encoding: { y: { field: "mean", type: "quantitative" as const } },
        },
      ],
      encoding: { x: { field: "x", type: "quantitative" as const, title: "x" } },
    };
  });
  return { background: "white", padding: 8, columns: 4, concat: panels };
}

/** Both loss curves of each regression, the manual one dashed on top, every tenth step. */
export function lossChart(
  curves: ReadonlyMap<Name, { readonly automatic: number[]; readonly manual: number[] }>,
): TopLevelSpec {
  const panels = [...curves].map(([name, { automatic, manual }]) => ({
    title: name,
    width: 210,
    height: 150,
    data: {
      values: automatic.flatMap((loss, step) =>
        step % 10 === 0
          ? [
              { step, loss, training: "automatic" },
              { step, loss: manual[step]!, training: "manual" },
            ]
          : [],
      ),
    },
    mark: { type: "line" as const, strokeWidth: 1.5 },
    encoding: {
      x: { field: "step", type: "quantitative" as const },
      y: { field: "loss", type: "quantitative" as const, scale: { zero: false } },
      color: {
        field: "training",
        type: "nominal" as const,
        scale: { domain: ["automatic", "manual"], range: ["#9ecae9", "#e45756"] },
      },
      strokeDash: {
        field: "training",
        type: "nominal" as const,
        scale: {
          domain: ["automatic", "manual"],
          range: [
            [1, 0],
            [3, 5],
          ],
        },
      },
    },
  }));
  return { background: "white", padding: 8, columns: 3, concat: panels };
}
