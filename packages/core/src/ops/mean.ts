import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { type Axes, normalizeAxes, type ReduceOptions } from "./reduce.ts";
import { sum } from "./sum.ts";

/** Arithmetic mean over `axes` (default all). The mean of nothing is NaN, as in NumPy. */
export function mean(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const count = sizeOf(normalizeAxes("mean", axes, x.shape.length).map((axis) => x.shape[axis]));
  return mul(sum(x, axes, options), count === 0 ? Number.NaN : 1 / count);
}
