import { abs } from "../ops/abs.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOperands, reduceWeighted, type WeightedLossOptions } from "./loss.ts";

/**
 * Absolute error, |prediction − target|; its derivative where they are equal is 0. PyTorch's `l1_loss`.
 * With `weight` the mean is Σ w ℓ / Σ w.
 * @param prediction Any shape, a float dtype.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function l1Loss(prediction: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkOperands("l1Loss", prediction, target, options.reduction);
  return reduceWeighted("l1Loss", abs(sub(prediction, target)), options);
}
