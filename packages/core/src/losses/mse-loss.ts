import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOperands, reduceWeighted, type WeightedLossOptions } from "./loss.ts";

/**
 * Squared error, (prediction − target)². PyTorch's `mse_loss`: note that the mean is over all elements, so its
 * gradient is 2 (prediction − target) / n with n the number of elements, not of rows.
 * With `weight` the mean is Σ w ℓ / Σ w.
 * @param prediction Any shape, a float dtype.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function mseLoss(prediction: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkOperands("mseLoss", prediction, target, options.reduction);
  return reduceWeighted("mseLoss", square(sub(prediction, target)), options);
}
