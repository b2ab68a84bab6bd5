import { add, mul, square, sub, sum, type Tensor } from "@gradbridge/core";
import { type Reduction, reductionConstant } from "./reduction.ts";

/**
 * ½‖y − (ỹ + δ)‖² times the reduction's constant: an ordinary loss whose gradient is ((y − ỹ) − δ) times the constant.
 *
 * At y = ỹ that is −δ. (The text this trick comes from, Z. Zhao, "Apply Arbitrary Custom Gradient Through Squared
 * Loss", prints +δ in its eq. 5; the sign slips.) Away from ỹ, y − ỹ is an extra pull toward the outputs that acted.
 * In float32 ỹ + δ rounds δ away where |y| ≫ |δ|; seeding does not.
 *
 * @param y outputs [B, …], differentiable
 * @param yTilde ỹ, y's shape, a constant
 * @param delta δ, y's shape, an improvement direction
 * @returns a scalar
 */
export function surrogateLoss(
  y: Tensor,
  yTilde: Tensor,
  delta: Tensor,
  { reduction = "batch-mean" }: { readonly reduction?: Reduction } = {},
): Tensor {
  const target = add(yTilde.detach(), delta.detach());
  return mul(sum(square(sub(y, target))), 0.5 * reductionConstant(reduction, y.shape));
}
