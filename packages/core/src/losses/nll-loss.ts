import { div } from "../ops/div.ts";
import { sum } from "../ops/sum.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type ClassLosses, type ClassLossOptions, classLosses } from "./class-targets.ts";
import { checkFloat, checkReduction, type Reduction, reduceLoss } from "./loss.ts";

/**
 * Negative log-likelihood of classes: −w[y] · prediction[…, y, …]. PyTorch's `nll_loss`: the mean is divided by the sum
 * of the weights of the targets that are not ignored (NaN where all are).
 * @param prediction Log-probabilities, [classes] or [n, classes, …], as `logSoftmax(x, 1)` gives them.
 * @param target Classes as int32, the prediction's shape without the axis of classes.
 * @throws code `shape`, `dtype`, `operand`, `option`, or `index` for a target that is no class.
 */
export function nllLoss(prediction: Tensor, target: Tensor, options: ClassLossOptions = {}): Tensor {
  checkReduction("nllLoss", options.reduction, ["mean", "sum", "none"]);
  checkFloat("nllLoss", "prediction", prediction);
  return reduceClassLosses(classLosses("nllLoss", prediction, target, options), options.reduction);
}

/** The mean is Σ losses / Σ counts. */
export function reduceClassLosses(
  { losses, counts }: ClassLosses,
  reduction: Reduction | undefined = "mean",
): Tensor {
  return reduction === "mean" ? div(sum(losses), sum(counts)) : reduceLoss(losses, reduction);
}
