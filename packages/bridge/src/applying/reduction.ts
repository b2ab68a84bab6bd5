import { GradbridgeError } from "@gradbridge/core";

/**
 * What a batch's contributions are multiplied with: `sum` 1, `batch-mean` 1/B (the first axis), `element-mean`
 * 1/(number of elements). Plain mean squared error, with no ½, corresponds to 2 · element-mean.
 */
export type Reduction = "sum" | "batch-mean" | "element-mean";

/** The constant of a reduction for an output of the given shape. */
export function reductionConstant(reduction: Reduction, shape: readonly number[]): number {
  switch (reduction) {
    case "sum":
      return 1;
    case "batch-mean":
      return 1 / (shape[0] ?? 1);
    case "element-mean":
      return 1 / shape.reduce((product, size) => product * size, 1);
    default:
      reduction satisfies never;
      throw new GradbridgeError(
        "option",
        `Unknown reduction "${reduction}". Use sum, batch-mean or element-mean.`,
      );
  }
}
