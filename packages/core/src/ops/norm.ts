import { GradbridgeError } from "@gradbridge/random";
import type { Tensor } from "../tensor/tensor.ts";
import { abs } from "./abs.ts";
import { max } from "./extremum.ts";
import type { Axes, ReduceOptions } from "./reduce.ts";
import { safeSqrt } from "./sqrt.ts";
import { square } from "./square.ts";
import { sum } from "./sum.ts";

/** Options of {@link norm}. */
export interface NormOptions extends ReduceOptions {
  /** 1: Σ|x|. 2: √Σx². Infinity: max |x|. Default 2. */
  readonly order?: 1 | 2 | typeof Infinity;
}

/**
 * The length of the vectors along `axes` (default: of all elements as one vector). Its derivative at the zero vector
 * is 0; equal largest elements share the derivative of the maximum. PyTorch's `linalg.vector_norm`.
 * @throws code `option` for another order, `shape` for an axis out of range.
 */
export function norm(x: Tensor, axes?: Axes, options: NormOptions = {}): Tensor {
  const { order = 2 } = options;
  switch (order) {
    case 1:
      return sum(abs(x), axes, options);
    case 2:
      return safeSqrt(sum(square(x), axes, options));
    case Infinity:
      return max(abs(x), axes, options);
    default:
      throw new GradbridgeError("option", `norm: order must be 1, 2 or Infinity, got ${order}.`);
  }
}
