import { add } from "../ops/add.ts";
import { greater } from "../ops/comparisons.ts";
import { exp } from "../ops/exp.ts";
import { log } from "../ops/log.ts";
import { mul } from "../ops/mul.ts";
import { sub } from "../ops/sub.ts";
import { where } from "../ops/where.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumber, checkOperands, type LossOptions, reduceLoss } from "./loss.ts";

/** Options of {@link poissonNllLoss}. */
export interface PoissonNllLossOptions extends LossOptions {
  /** Whether the prediction is the logarithm of the rate. Default true. */
  readonly logInput?: boolean;
  /** Whether to add Stirling's approximation of log t! where t > 1. Default false. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken; only without `logInput`. Default 1e-8. */
  readonly epsilon?: number;
}

/**
 * Negative log-likelihood of counts under Poisson distributions, without log t!: eˣ − t x for logarithms of rates x,
 * λ − t log(λ + epsilon) for rates λ. PyTorch's `poisson_nll_loss`.
 * @param prediction Log-rates (any number), or rates (≥ 0) with `logInput: false`.
 * @param target Counts, the prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function poissonNllLoss(
  prediction: Tensor,
  target: Tensor,
  options: PoissonNllLossOptions = {},
): Tensor {
  const { logInput = true, full = false, epsilon = 1e-8, reduction } = options;
  checkOperands("poissonNllLoss", prediction, target, reduction);
  checkNumber("poissonNllLoss", "epsilon", epsilon, { low: 0 });
  const losses = logInput
    ? sub(exp(prediction), mul(target, prediction))
    : sub(prediction, mul(target, log(add(prediction, epsilon))));
  return reduceLoss(full ? add(losses, stirling(target)) : losses, reduction);
}

/** t log t − t + ½ log 2πt ≈ log t!, and 0 where t ≤ 1. */
function stirling(target: Tensor): Tensor {
  const large = greater(target, 1);
  const t = where(large, target, 1);
  const approximation = add(sub(mul(t, log(t)), t), mul(log(mul(t, 2 * Math.PI)), 0.5));
  return where(large, approximation, 0);
}
