import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { drawRotated, type Reading, side } from "./angles.ts";

/** A chart as SVG text; coordinates (numbers inside tags) to two digits. */
export async function svg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ config: { aria: false }, ...spec }).spec), { renderer: "none" });
  const text = await view.toSVG();
  return text.replace(/\d+\.\d{3,}(?=[^<>]*>)/g, (digits) => String(+Number(digits).toFixed(2)));
}

/** The letter at a few angles, without noise. */
export function lettersChart(degrees: readonly number[]): TopLevelSpec {
  const panels = degrees.map((angle) => {
    const values = [...drawRotated((angle * Math.PI) / 180)].map((light, i) => ({
      light: Math.round(light * 100) / 100,
      row: Math.floor(i / side),
      column: i % side,
    }));
    return {
      title: `${angle}°`,
      width: 96,
      height: 96,
      data: { values: values.filter(({ light }) => light > 0) },
      mark: { type: "rect" as const },
      encoding: {
        x: { field: "column", type: "ordinal" as const, axis: null, scale: { domain: range(side) } },
        y: { field: "row", type: "ordinal" as const, axis: null, scale: { domain: range(side) } },
        color: {
          field: "light",
          type: "quantitative" as const,
          legend: null,
          scale: { domain: [0, 1], range: ["#ffffff", "#222222"] },
        },
      },
    };
  });
  return { background: "white", padding: 8, hconcat: panels };
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Predicted against true angles, one panel per reading. */
export function anglesChart(
  readings: readonly { readonly title: string; readonly reading: Reading }[],
): TopLevelSpec {
  const axis = { values: [0, 90, 180, 270, 360] };
  const scale = { domain: [0, 360] };
  const panels = readings.map(({ title, reading }) => ({
    title,
    width: 200,
    height: 200,
    data: {
      values: reading.truth.slice(0, 300).map((truth, i) => ({ truth, predicted: reading.predicted[i]! })),
    },
    mark: { type: "point" as const, filled: true, size: 12, opacity: 0.6 },
    encoding: {
      x: { field: "truth", type: "quantitative" as const, title: "true angle, °", axis, scale },
      y: { field: "predicted", type: "quantitative" as const, title: "predicted angle, °", axis, scale },
    },
  }));
  return { background: "white", padding: 8, columns: 2, concat: panels };
}

/** A loss that keeps falling, and the step at which accuracy became perfect. */
export function overfitChart(losses: readonly number[], perfectFrom: number): TopLevelSpec {
  return {
    background: "white",
    padding: 8,
    width: 420,
    height: 200,
    layer: [
      {
        data: {
          values: losses.flatMap((loss, i) => (i < 100 || i % 100 === 99 ? [{ step: i + 1, loss }] : [])),
        },
        mark: { type: "line" },
        encoding: {
          x: { field: "step", type: "quantitative", scale: { type: "log" } },
          y: { field: "loss", type: "quantitative", scale: { type: "log" } },
        },
      },
      {
        data: {
          values: [{ step: perfectFrom + 1, loss: losses[perfectFrom]!, text: "accuracy 100 % from here" }],
        },
        mark: { type: "text", align: "left", dx: 8, dy: -4 },
        encoding: {
          x: { field: "step", type: "quantitative" },
          y: { field: "loss", type: "quantitative" },
          text: { field: "text" },
        },
      },
    ],
  };
}
