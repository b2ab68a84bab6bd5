import { clamp } from "../ops/clamp.ts";
import { mul } from "../ops/mul.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkNumber, checkOperands, reduceLoss, rescaled, type WeightedLossOptions } from "./loss.ts";

/** Options of {@link huberLoss}. */
export interface HuberLossOptions extends WeightedLossOptions {
  /** Where the parabola turns into lines; above 0. Default 1. */
  readonly delta?: number;
}

/**
 * d²/2 where |d| ≤ delta, else delta (|d| − delta/2), for d = prediction − target (Huber 1964). PyTorch's
 * `huber_loss`; with delta 1 also its `smooth_l1_loss`. `weight` rescales elements and the mean is still over their
 * number, unlike `mseLoss` and `l1Loss`: so it is in PyTorch.
 * @param prediction Any shape, a float dtype.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function huberLoss(prediction: Tensor, target: Tensor, options: HuberLossOptions = {}): Tensor {
  const { delta = 1 } = options;
  checkOperands("huberLoss", prediction, target, options.reduction);
  checkNumber("huberLoss", "delta", delta, { low: 0, open: true });
  const difference = sub(prediction, target);
  // with c = d limited to ±delta both branches are c (d − c/2), and no square of a large d is ever formed
  const limited = clamp(difference, -delta, delta);
  const losses = mul(limited, sub(difference, mul(limited, 0.5)));
  return reduceLoss(rescaled("huberLoss", losses, options.weight), options.reduction);
}
