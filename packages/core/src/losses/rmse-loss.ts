import { safeSqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOperands, reduceWeighted, type WeightedLossOptions } from "./loss.ts";

/**
 * Root of the squared error: √mean (prediction − target)², √Σ (prediction − target)² with `"sum"`,
 * |prediction − target| with `"none"`. PyTorch has no such loss; `sqrt(mse_loss(...))` there gives NaN gradients
 * where prediction and target are equal, this one 0.
 * @param prediction Any shape, a float dtype.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function rmseLoss(prediction: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkOperands("rmseLoss", prediction, target, options.reduction);
  return safeSqrt(reduceWeighted("rmseLoss", square(sub(prediction, target)), options));
}
