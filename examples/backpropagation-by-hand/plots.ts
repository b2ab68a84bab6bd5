import { parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { gradientsByHand, type Layer, lossByHand } from "./by-hand.ts";
import type { Examples } from "./corpus.ts";

/** A chart as SVG text; coordinates (numbers inside tags) to two digits. */
export async function svg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile({ config: { aria: false }, ...spec }).spec), { renderer: "none" });
  return (await view.toSVG()).replace(/\d+\.\d{3,}(?=[^<>]*>)/g, (digits) =>
    String(+Number(digits).toFixed(2)),
  );
}

/** One weight of a network. */
export interface StudyWeight {
  readonly title: string;
  readonly layers: readonly Layer[];
  readonly layer: number;
  readonly row: number;
  readonly column: number;
}

/** The loss of a batch as one weight moves by up to ±`reach`, and the tangent that the gradient draws. */
export function lossAlong(
  { layers, layer, row, column }: StudyWeight,
  batch: Examples,
  reach: number,
): { weight: number; loss: number; tangent: number }[] {
  const values = layers[layer]!.weight[row]!;
  const weight = values[column]!;
  const loss = lossByHand(layers, batch);
  const gradient = gradientsByHand(layers, batch)[layer]!.weight[row]![column]!;
  const points = Array.from({ length: 41 }, (_, i) => {
    const shift = ((i - 20) / 20) * reach;
    values[column] = weight + shift;
    return { weight: weight + shift, loss: lossByHand(layers, batch), tangent: loss + gradient * shift };
  });
  values[column] = weight;
  return points;
}

/** {@link lossAlong} for several weights, side by side. */
export function tangentChart(studies: readonly StudyWeight[], batch: Examples, reach: number): TopLevelSpec {
  const quantitative = {
    type: "quantitative" as const,
    scale: { zero: false },
    axis: { format: ".4~f" },
  };
  const panels = studies.map((study) => ({
    title: study.title,
    width: 230,
    height: 170,
    data: { values: lossAlong(study, batch, reach).map((point, i) => ({ ...point, here: i === 20 })) },
    layer: [
      {
        mark: { type: "line" as const, color: "#4c78a8" },
        encoding: { y: { field: "loss", title: "loss value", ...quantitative } },
      },
      {
        mark: { type: "line" as const, color: "#e45756", strokeDash: [6, 4] },
        encoding: { y: { field: "tangent", ...quantitative } },
      },
      {
        transform: [{ filter: "datum.here" }],
        mark: { type: "point" as const, shape: "cross", filled: true, size: 90, color: "#e45756" },
        encoding: { y: { field: "loss", ...quantitative } },
      },
    ],
    encoding: { x: { field: "weight", title: "weight value", ...quantitative } },
  }));
  return { background: "white", padding: 8, hconcat: panels };
}

/** Test accuracy after every epoch, one line per model: by hand, and dots on it: by autograd. */
export function accuracyChart(
  models: readonly { readonly name: string; readonly byHand: number[]; readonly byAutograd: number[] }[],
): TopLevelSpec {
  const values = models.flatMap(({ name, byHand, byAutograd }) =>
    byHand.map((hand, epoch) => ({
      model: name,
      epoch,
      hand: 100 * hand,
      autograd: 100 * byAutograd[epoch]!,
    })),
  );
  const axis = { title: "test accuracy, %", scale: { zero: false } };
  return {
    background: "white",
    padding: 8,
    title: "Line: gradients by hand. Dots: by autograd.",
    width: 420,
    height: 220,
    data: { values },
    encoding: {
      x: { field: "epoch", type: "quantitative" },
      color: { field: "model", type: "nominal", title: null, scale: { range: ["#4c78a8", "#e45756"] } },
    },
    layer: [
      { mark: { type: "line" }, encoding: { y: { field: "hand", type: "quantitative", ...axis } } },
      {
        mark: { type: "point", filled: true, size: 30 },
        encoding: { y: { field: "autograd", type: "quantitative", ...axis } },
      },
    ],
  };
}
