import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { add } from "../ops/add.ts";
import { clamp } from "../ops/clamp.ts";
import { detach } from "../ops/detach.ts";
import { div } from "../ops/div.ts";
import { hostValues } from "../ops/host-values.ts";
import { filledLike } from "../ops/launch.ts";
import { log } from "../ops/log.ts";
import { mul } from "../ops/mul.ts";
import { reshape } from "../ops/reshape.ts";
import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFloat, checkNumber, checkOperands, type LossOptions, reduceLoss } from "./loss.ts";

/** Options of {@link gaussianNllLoss}. */
export interface GaussianNllLossOptions extends LossOptions {
  /**
   * The variance: a number, or a tensor in the prediction's shape, in that shape without its last axis, or with 1 in
   * place of one axis. At least 0.
   */
  readonly variance: Tensor | number;
  /** Whether to add the constant ½ log 2π. Default false. */
  readonly full?: boolean;
  /** Smaller variances count as this one; their gradient passes as if nothing had happened. Default 1e-6. */
  readonly epsilon?: number;
}

/**
 * Negative log-likelihood under Gaussians with the prediction as mean, ½ (log v + (prediction − target)² / v).
 * PyTorch's `gaussian_nll_loss`.
 * @param prediction Means, any shape.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`, or `range` for a negative variance.
 */
export function gaussianNllLoss(prediction: Tensor, target: Tensor, options: GaussianNllLossOptions): Tensor {
  const { full = false, epsilon = 1e-6, reduction } = options;
  checkOperands("gaussianNllLoss", prediction, target, reduction);
  checkNumber("gaussianNllLoss", "epsilon", epsilon, { low: 0, open: true });
  const variance = varianceLike(prediction, options.variance);
  // max(variance, epsilon) in value, but with the derivative of variance everywhere
  const v = add(variance, detach(sub(clamp(variance, epsilon, Infinity), variance)));
  const losses = mul(add(log(v), div(square(sub(prediction, target)), v)), 0.5);
  return reduceLoss(full ? add(losses, 0.5 * Math.log(2 * Math.PI)) : losses, reduction);
}

function varianceLike(prediction: Tensor, variance: Tensor | number): Tensor {
  if (typeof variance === "number") {
    checkNumber("gaussianNllLoss", "variance", variance, { low: 0 });
    return filledLike(prediction, [], variance);
  }
  checkFloat("gaussianNllLoss", "variance", variance);
  if (variance.dtype !== prediction.dtype) {
    throw new DTypeError(
      `gaussianNllLoss: the prediction is ${prediction.dtype}, the variance ${variance.dtype}. Use cast().`,
    );
  }
  for (const value of hostValues(variance) ?? []) {
    if (!(value >= 0)) {
      throw new GradbridgeError("range", `gaussianNllLoss: variances are at least 0, got ${value}.`);
    }
  }
  const { shape } = prediction;
  if (sameShape(variance.shape, shape)) return variance;
  if (sameShape(variance.shape, shape.slice(0, -1))) return reshape(variance, [...variance.shape, 1]);
  const different = shape.filter((size, i) => size !== variance.shape[i]).length;
  const ones = variance.shape.filter((size, i) => size === 1 && shape[i] !== 1).length;
  if (variance.shape.length === shape.length && different === 1 && ones === 1) return variance;
  throw new ShapeError(
    `gaussianNllLoss: a prediction of shape ${formatShape(shape)} needs a variance of that shape, of ` +
      `${formatShape(shape.slice(0, -1))}, or with one axis of 1, got ${formatShape(variance.shape)}.`,
  );
}
