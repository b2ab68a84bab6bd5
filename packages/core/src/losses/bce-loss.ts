import { GradbridgeError } from "@gradbridge/random";
import { noGrad } from "../autograd/mode.ts";
import { add } from "../ops/add.ts";
import { clamp } from "../ops/clamp.ts";
import { div } from "../ops/div.ts";
import { hostValues } from "../ops/host-values.ts";
import { log } from "../ops/log.ts";
import { log1p } from "../ops/log1p.ts";
import { mul } from "../ops/mul.ts";
import { neg } from "../ops/neg.ts";
import { type Operation, perform } from "../ops/operation.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOperands, reduceLoss, rescaled, type WeightedLossOptions } from "./loss.ts";

const clampedLog = (x: Tensor): Tensor => clamp(x, -100, Infinity);

/** PyTorch writes it as a float32, in float64 too. */
const smallest = Math.fround(1e-12);

/** −t log p − (1 − t) log(1 − p), each logarithm at least −100. */
const operation: Operation<null> = {
  name: "bceLoss",
  forward: ([p, t]) =>
    noGrad(() => neg(add(mul(t, clampedLog(log(p))), mul(sub(1, t), clampedLog(log1p(neg(p))))))),
  vjp: (c, node, index) => {
    const p = node.input(0);
    const t = node.input(1);
    // ∂/∂p = (p − t) / (p (1 − p)) with a divisor of at least 1e-12: large at p = 0 and 1, but never infinite
    if (index === 0) return mul(c, div(sub(p, t), clamp(mul(p, sub(1, p)), smallest, Infinity)));
    // ∂/∂t = log(1 − p) − log p, clamped as in the loss
    return mul(c, sub(clampedLog(log1p(neg(p))), clampedLog(log(p))));
  },
};

/**
 * Binary cross-entropy of probabilities, −t log p − (1 − t) log(1 − p). PyTorch's `binary_cross_entropy`: logarithms
 * are clamped at −100, so the loss is finite at p = 0 and 1 (100 where wrong), and so is its gradient (at most 1e12);
 * `weight` rescales elements and the mean is still over their number. For logits use `bceWithLogitsLoss`.
 * @param prediction Probabilities in [0, 1], any shape.
 * @param target In [0, 1], the prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`, or `range` for a prediction outside [0, 1] (or NaN).
 */
export function bceLoss(prediction: Tensor, target: Tensor, options: WeightedLossOptions = {}): Tensor {
  checkOperands("bceLoss", prediction, target, options.reduction);
  for (const p of hostValues(prediction) ?? []) {
    if (!(p >= 0 && p <= 1)) {
      throw new GradbridgeError(
        "range",
        `bceLoss: predictions are probabilities in [0, 1], got ${p}. For logits use bceWithLogitsLoss.`,
      );
    }
  }
  const losses = perform(operation, [prediction, target], null);
  return reduceLoss(rescaled("bceLoss", losses, options.weight), options.reduction);
}
