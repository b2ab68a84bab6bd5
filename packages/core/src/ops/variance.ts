import { DTypeError } from "../errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { div } from "./div.ts";
import { mean } from "./mean.ts";
import { type Axes, normalizeAxes, type ReduceOptions } from "./reduce.ts";
import { safeSqrt } from "./sqrt.ts";
import { square } from "./square.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";

/** Options of {@link variance} and {@link std}. */
export interface VarianceOptions extends ReduceOptions {
  /** Divide by n − 1 (true, PyTorch's default) or by n (false, NumPy's). Default true. */
  readonly unbiased?: boolean;
}

/**
 * Σ (x − mean)² / (n − 1) over `axes` (default all), in two passes; NaN where that divides by 0.
 * @throws code `dtype` for integers, `shape` for an axis out of range.
 */
export function variance(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  if (x.dtype === "int32") {
    throw new DTypeError('variance: takes float tensors, got int32. Use cast(x, "float32").');
  }
  const normal = normalizeAxes("variance", axes, x.shape.length);
  const count = sizeOf(normal.map((axis) => x.shape[axis]));
  const deviations = sub(x, mean(x, normal, { keepDims: true }));
  return div(
    sum(square(deviations), normal, options),
    options.unbiased === false ? count : Math.max(0, count - 1),
  );
}

/** The root of {@link variance}. Where it is 0 its derivative is 0, as in PyTorch. */
export function std(x: Tensor, axes?: Axes, options: VarianceOptions = {}): Tensor {
  return safeSqrt(variance(x, axes, options));
}
