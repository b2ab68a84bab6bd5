import { GradbridgeError } from "@gradbridge/random";
import { add } from "../ops/add.ts";
import { div } from "../ops/div.ts";
import { mul } from "../ops/mul.ts";
import { neg } from "../ops/neg.ts";
import { reshape } from "../ops/reshape.ts";
import { logSoftmax } from "../ops/softmax.ts";
import { sum } from "../ops/sum.ts";
import { where } from "../ops/where.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { type ClassLossOptions, checkClassWeight, classAxis, classLosses } from "./class-targets.ts";
import { checkFloat, checkMatches, checkNumber, checkReduction, reduceLoss } from "./loss.ts";
import { reduceClassLosses } from "./nll-loss.ts";

/** Options of {@link crossEntropyLoss}. */
export interface CrossEntropyLossOptions extends ClassLossOptions {
  /** Share of the target that is spread evenly over all classes (Szegedy et al. 2016), in [0, 1]. Default 0. */
  readonly labelSmoothing?: number;
}

/**
 * Cross-entropy between targets and the softmax of logits, −Σ t log softmax(prediction). PyTorch's `cross_entropy`:
 * for class targets the mean is divided by the sum of the targets' weights (NaN where all are ignored), for
 * probabilities by the number of elements. Finite for all finite logits.
 * @param prediction Logits, [classes] or [n, classes, …].
 * @param target Classes as int32 in the prediction's shape without the axis of classes; or probabilities in the
 *   prediction's shape and dtype (then without `ignoreIndex`).
 * @throws code `shape`, `dtype`, `operand`, `option`, or `index` for a target that is no class.
 */
export function crossEntropyLoss(
  prediction: Tensor,
  target: Tensor,
  options: CrossEntropyLossOptions = {},
): Tensor {
  const { weight, reduction, labelSmoothing = 0 } = options;
  checkReduction("crossEntropyLoss", reduction, ["mean", "sum", "none"]);
  checkNumber("crossEntropyLoss", "labelSmoothing", labelSmoothing, { low: 0, high: 1 });
  checkFloat("crossEntropyLoss", "prediction", prediction);
  if (!isTensor(target)) {
    throw new GradbridgeError(
      "operand",
      `crossEntropyLoss: the target must be a tensor, got ${typeof target}.`,
    );
  }
  const axis = classAxis("crossEntropyLoss", prediction);
  const logProbabilities = logSoftmax(prediction, axis);
  if (target.dtype !== "int32")
    return againstProbabilities(prediction, logProbabilities, target, axis, options);

  const hard = classLosses("crossEntropyLoss", logProbabilities, target, options);
  if (labelSmoothing === 0) return reduceClassLosses(hard, reduction);
  const everyClass = neg(sum(weighted(logProbabilities, weight, axis), axis));
  const spread = mul(where(hard.kept, everyClass, 0), labelSmoothing / prediction.shape[axis]);
  const losses = add(mul(hard.losses, 1 - labelSmoothing), spread);
  return reduceClassLosses({ ...hard, losses }, reduction);
}

function againstProbabilities(
  prediction: Tensor,
  logProbabilities: Tensor,
  target: Tensor,
  axis: number,
  { weight, ignoreIndex, reduction = "mean", labelSmoothing = 0 }: CrossEntropyLossOptions,
): Tensor {
  checkMatches("crossEntropyLoss", "target (probabilities; classes are int32)", target, prediction);
  if (ignoreIndex !== undefined) {
    throw new GradbridgeError(
      "option",
      "crossEntropyLoss: ignoreIndex is for class targets (int32); give an element of probabilities zeros instead.",
    );
  }
  const classes = prediction.shape[axis];
  if (weight !== undefined) checkClassWeight("crossEntropyLoss", weight, prediction, classes);
  const smooth =
    labelSmoothing === 0 ? target : add(mul(target, 1 - labelSmoothing), labelSmoothing / classes);
  const losses = neg(sum(mul(weighted(logProbabilities, weight, axis), smooth), axis));
  return reduction === "mean" ? div(sum(losses), losses.size) : reduceLoss(losses, reduction);
}

/** x with a factor per class. */
function weighted(x: Tensor, weight: Tensor | undefined, axis: number): Tensor {
  if (weight === undefined) return x;
  return mul(x, reshape(weight, [-1, ...x.shape.slice(axis + 1).map(() => 1)]));
}
