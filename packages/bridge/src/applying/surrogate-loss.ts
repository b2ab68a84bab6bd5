import { add, GradbridgeError, mul, square, sub, sum, type Tensor } from "@gradbridge/core";
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
 * @throws code `delta` where the shapes differ: nothing broadcasts.
 */
export function surrogateLoss(
  y: Tensor,
  yTilde: Tensor,
  delta: Tensor,
  { reduction = "batch-mean" }: { readonly reduction?: Reduction } = {},
): Tensor {
  for (const [name, { shape }] of Object.entries({ ỹ: yTilde, δ: delta })) {
    if (shape.join() === y.shape.join()) continue;
    throw new GradbridgeError(
      "delta",
      `surrogateLoss: ${name} is [${shape.join(", ")}], y is [${y.shape.join(", ")}]. They must be the same; nothing broadcasts.`,
    );
  }
  const target = add(yTilde.detach(), delta.detach());
  return mul(sum(square(sub(y, target))), 0.5 * reductionConstant(reduction, y.shape));
}
