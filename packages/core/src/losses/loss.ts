/** What all losses share: their options, the checks of what they are given, and how they are reduced. */
import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { div } from "../ops/div.ts";
import { mean } from "../ops/mean.ts";
import { mul } from "../ops/mul.ts";
import { sum } from "../ops/sum.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";

/** How the losses of single elements become one number: averaged, added up, or left alone. */
export type Reduction = "mean" | "sum" | "none";

/** The option that every loss has. */
export interface LossOptions {
  /** Default `"mean"`. */
  readonly reduction?: Reduction;
}

/** Options of losses that compare element by element. */
export interface WeightedLossOptions extends LossOptions {
  /** A factor per element, in the prediction's shape. What a mean divides by then is each loss's own affair. */
  readonly weight?: Tensor;
}

/** @throws code `option` for a reduction outside `allowed`. */
export function checkReduction<R extends string>(
  loss: string,
  reduction: R | undefined,
  allowed: readonly R[],
): void {
  if (reduction === undefined || allowed.includes(reduction)) return;
  throw new GradbridgeError(
    "option",
    `${loss}: unknown reduction "${reduction}". Use ${allowed.map((name) => `"${name}"`).join(", ")}.`,
  );
}

/** @throws code `operand` for what is no tensor, `dtype` for integers. */
export function checkFloat(loss: string, what: string, x: unknown): asserts x is Tensor {
  if (!isTensor(x)) {
    throw new GradbridgeError("operand", `${loss}: the ${what} must be a tensor, got ${typeof x}.`);
  }
  if (x.dtype === "int32") {
    throw new DTypeError(`${loss}: the ${what} must be of a float dtype, got int32. Use cast(x, "float32").`);
  }
}

/**
 * The checks of every loss: a known reduction, float tensors, one dtype, one shape. PyTorch warns and broadcasts
 * where shapes differ; here it is an error, because [n] against [n, 1] would silently become [n, n].
 */
export function checkOperands(
  loss: string,
  prediction: Tensor,
  target: Tensor,
  reduction: Reduction | undefined,
): void {
  checkReduction(loss, reduction, ["mean", "sum", "none"]);
  checkFloat(loss, "prediction", prediction);
  checkFloat(loss, "target", target);
  checkMatches(loss, "target", target, prediction);
}

/** @throws code `dtype` or `shape` where `x` is not like the prediction. */
export function checkMatches(loss: string, what: string, x: Tensor, prediction: Tensor): void {
  if (x.dtype !== prediction.dtype) {
    throw new DTypeError(
      `${loss}: the prediction is ${prediction.dtype}, the ${what} ${x.dtype}. Use cast().`,
    );
  }
  if (!sameShape(x.shape, prediction.shape)) {
    throw new ShapeError(
      `${loss}: the prediction has shape ${formatShape(prediction.shape)}, the ${what} ${formatShape(x.shape)}. ` +
        "They must be equal: losses do not broadcast. Use reshape() or broadcastTo().",
    );
  }
}

/** Refuses an option that is no number in [low, high]; `open`: low itself is refused too. */
export function checkNumber(
  loss: string,
  option: string,
  value: number,
  { low, high = Infinity, open = false }: { low: number; high?: number; open?: boolean },
): void {
  if (Number.isFinite(value) && value <= high && (open ? value > low : value >= low)) return;
  const range = high === Infinity ? `${open ? ">" : "≥"} ${low}` : `in [${low}, ${high}]`;
  throw new GradbridgeError("option", `${loss}: ${option} must be a number ${range}, got ${value}.`);
}

/** Reduces the losses of single elements. */
export function reduceLoss(losses: Tensor, reduction: Reduction = "mean"): Tensor {
  switch (reduction) {
    case "mean":
      return mean(losses);
    case "sum":
      return sum(losses);
    case "none":
      return losses;
    default:
      return reduction satisfies never;
  }
}

/** Reduces weighted losses: the mean is Σ w ℓ / Σ w. */
export function reduceWeighted(
  loss: string,
  losses: Tensor,
  { weight, reduction = "mean" }: WeightedLossOptions,
): Tensor {
  if (weight === undefined) return reduceLoss(losses, reduction);
  const weighted = rescaled(loss, losses, weight);
  return reduction === "mean" ? div(sum(weighted), sum(weight)) : reduceLoss(weighted, reduction);
}

/** Losses times an optional factor per element. */
export function rescaled(loss: string, losses: Tensor, weight: Tensor | undefined): Tensor {
  if (weight === undefined) return losses;
  checkFloat(loss, "weight", weight);
  checkMatches(loss, "weight", weight, losses);
  return mul(losses, weight);
}
