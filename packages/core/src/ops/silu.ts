import type { Tensor } from "../tensor/tensor.ts";
import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";

/** x σ(x), also called swish. */
export function silu(x: Tensor): Tensor {
  return mul(x, sigmoid(x));
}
