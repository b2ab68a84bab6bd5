import type { Tensor } from "../tensor/tensor.ts";
import { equal } from "./comparisons.ts";
import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";
import { where } from "./where.ts";

// d(√x) = dx / (2 √x)
/** √x. */
export const sqrt: Unary = defineUnary("sqrt", ({ c, y }) => div(c, mul(y, 2)));

/** √x whose derivative at 0 is 0 instead of infinite: for lengths and deviations, as PyTorch has it there. Internal. */
export function safeSqrt(x: Tensor): Tensor {
  const zero = equal(x, 0);
  return where(zero, 0, sqrt(where(zero, 1, x)));
}
