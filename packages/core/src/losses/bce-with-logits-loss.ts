import { DTypeError } from "../errors.ts";
import { add } from "../ops/add.ts";
import { broadcastTo } from "../ops/broadcast-to.ts";
import { mul } from "../ops/mul.ts";
import { neg } from "../ops/neg.ts";
import { softplus } from "../ops/softplus.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFloat, checkOperands, reduceLoss, rescaled, type WeightedLossOptions } from "./loss.ts";

/** Options of {@link bceWithLogitsLoss}. */
export interface BceWithLogitsLossOptions extends WeightedLossOptions {
  /** A factor for the positive part, broadcast to the prediction's shape (one per class, say). */
  readonly positiveWeight?: Tensor;
}

/**
 * Binary cross-entropy of logits: with p = σ(x), −w⁺ t log p − (1 − t) log(1 − p), computed as
 * (1 − t) x + (1 + (w⁺ − 1) t) softplus(−x), which is exact and finite for every finite x. PyTorch's
 * `binary_cross_entropy_with_logits` (`positiveWeight` is its `pos_weight`); the mean is over the number of elements.
 * @param prediction Logits, any shape.
 * @param target In [0, 1], the prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function bceWithLogitsLoss(
  prediction: Tensor,
  target: Tensor,
  options: BceWithLogitsLossOptions = {},
): Tensor {
  const { positiveWeight, weight, reduction } = options;
  checkOperands("bceWithLogitsLoss", prediction, target, reduction);
  const negativePart = mul(sub(1, target), prediction);
  const positivePart = softplus(neg(prediction));
  if (positiveWeight === undefined) {
    return reduceLoss(rescaled("bceWithLogitsLoss", add(negativePart, positivePart), weight), reduction);
  }
  checkFloat("bceWithLogitsLoss", "positiveWeight", positiveWeight);
  if (positiveWeight.dtype !== prediction.dtype) {
    throw new DTypeError(
      `bceWithLogitsLoss: the prediction is ${prediction.dtype}, the positiveWeight ${positiveWeight.dtype}. Use cast().`,
    );
  }
  const factor = add(mul(sub(broadcastTo(positiveWeight, prediction.shape), 1), target), 1);
  const losses = add(negativePart, mul(factor, positivePart));
  return reduceLoss(rescaled("bceWithLogitsLoss", losses, weight), reduction);
}
