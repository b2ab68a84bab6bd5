import { DTypeError } from "../errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div } from "./div.ts";
import { type Axes, normalizeAxes, type ReduceOptions } from "./reduce.ts";
import { sum } from "./sum.ts";

/**
 * Arithmetic mean over `axes` (default all). The mean of nothing is NaN, as in NumPy.
 * @throws code `dtype` for integers, whose mean is none; `shape` for axes out of range.
 */
export function mean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  if (x.dtype === "int32") {
    throw new DTypeError('mean: takes float tensors, got int32. Use cast(x, "float32").');
  }
  const count = sizeOf(normalizeAxes("mean", axes, x.shape.length).map((axis) => x.shape[axis]));
  return div(sum(x, axes, options), count);
}
