import { ShapeError } from "../errors.ts";
import { greater } from "../ops/comparisons.ts";
import { div } from "../ops/div.ts";
import { exp } from "../ops/exp.ts";
import { log } from "../ops/log.ts";
import { mul } from "../ops/mul.ts";
import { sub } from "../ops/sub.ts";
import { sum } from "../ops/sum.ts";
import { where } from "../ops/where.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOperands, checkReduction, type Reduction, reduceLoss } from "./loss.ts";

/** Options of {@link klDivLoss}. */
export interface KlDivLossOptions {
  /** `"batchmean"`: the sum divided by the first axis, the divergence as mathematics has it. Default `"mean"`. */
  readonly reduction?: Reduction | "batchmean";
  /** Whether the target holds log-probabilities too. Default false. */
  readonly logTarget?: boolean;
}

/**
 * Kullback–Leibler divergence KL(target ‖ prediction), element by element t (log t − prediction), 0 where t = 0.
 * PyTorch's `kl_div`, with its default too: the mean over all elements, which is not the divergence; `"batchmean"` is.
 * @param prediction Log-probabilities.
 * @param target Probabilities (or log-probabilities with `logTarget`), the prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function klDivLoss(prediction: Tensor, target: Tensor, options: KlDivLossOptions = {}): Tensor {
  const { reduction = "mean", logTarget = false } = options;
  checkReduction("klDivLoss", reduction, ["mean", "sum", "none", "batchmean"]);
  checkOperands("klDivLoss", prediction, target, undefined);
  const losses = logTarget
    ? mul(exp(target), sub(target, prediction))
    : mul(target, sub(log(where(greater(target, 0), target, 1)), prediction));
  if (reduction !== "batchmean") return reduceLoss(losses, reduction);
  if (losses.shape.length === 0) {
    throw new ShapeError(
      'klDivLoss: "batchmean" divides by the first axis, which a scalar lacks. Use "sum".',
    );
  }
  return div(sum(losses), losses.shape[0]);
}
