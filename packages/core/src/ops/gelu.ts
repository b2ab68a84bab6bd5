import type { Tensor } from "../tensor/tensor.ts";
import { add } from "./add.ts";
import { erf } from "./erf.ts";
import { mul } from "./mul.ts";

/** x Φ(x) with Φ the normal distribution function: the exact form, not the tanh approximation. */
export function gelu(x: Tensor): Tensor {
  return mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));
}
