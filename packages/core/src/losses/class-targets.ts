import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { cast } from "../ops/cast.ts";
import { notEqual } from "../ops/comparisons.ts";
import { gatherUnchecked } from "../ops/gather.ts";
import { hostValues } from "../ops/host-values.ts";
import { mul } from "../ops/mul.ts";
import { neg } from "../ops/neg.ts";
import { reshape } from "../ops/reshape.ts";
import { where } from "../ops/where.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFloat, type LossOptions } from "./loss.ts";

/** Options of losses whose targets are classes. */
export interface ClassLossOptions extends LossOptions {
  /** A factor per class, [classes]. The mean is then divided by the sum of the targets' weights. */
  readonly weight?: Tensor;
  /** Elements with this target count for nothing, in the mean neither. Default −100. */
  readonly ignoreIndex?: number;
}

/** The losses of single elements, and what each counts in a mean: its class's weight, 0 where ignored. */
export interface ClassLosses {
  readonly losses: Tensor;
  readonly counts: Tensor;
  /** int32, 0 where ignored. */
  readonly kept: Tensor;
}

/** The axis of classes: 1, or 0 where it is the only one. */
export function classAxis(loss: string, prediction: Tensor): number {
  if (prediction.shape.length === 0) {
    throw new ShapeError(`${loss}: the prediction must be [classes] or [n, classes, …], got a scalar.`);
  }
  return prediction.shape.length === 1 ? 0 : 1;
}

/** The weight per class, checked. */
export function checkClassWeight(loss: string, weight: Tensor, prediction: Tensor, classes: number): void {
  checkFloat(loss, "weight", weight);
  if (weight.dtype !== prediction.dtype) {
    throw new DTypeError(
      `${loss}: the prediction is ${prediction.dtype}, the weight ${weight.dtype}. Use cast().`,
    );
  }
  if (!sameShape(weight.shape, [classes])) {
    throw new ShapeError(
      `${loss}: the weight must have one factor per class, [${classes}], got ${formatShape(weight.shape)}.`,
    );
  }
}

/** −w[y] · logProbabilities[…, y, …] for the target classes y, as `nll_loss` has it. */
export function classLosses(
  loss: string,
  logProbabilities: Tensor,
  target: Tensor,
  { weight, ignoreIndex = -100 }: ClassLossOptions,
): ClassLosses {
  const axis = classAxis(loss, logProbabilities);
  const classes = logProbabilities.shape[axis];
  checkClasses(loss, logProbabilities.shape, axis, target, ignoreIndex);
  const kept = notEqual(target, ignoreIndex);
  const index = mul(target, kept);
  const column = [...target.shape.slice(0, axis), 1, ...target.shape.slice(axis)];
  const picked = reshape(
    gatherUnchecked(logProbabilities, axis, reshape(index, column), "elements"),
    target.shape,
  );
  const negative = where(kept, neg(picked), 0);
  const keptCounts = cast(kept, logProbabilities.dtype);
  if (weight === undefined) return { losses: negative, counts: keptCounts, kept };
  checkClassWeight(loss, weight, logProbabilities, classes);
  const factors = reshape(gatherUnchecked(weight, 0, reshape(index, [-1]), "slices"), target.shape);
  const counts = mul(factors, keptCounts);
  return { losses: mul(negative, counts), counts, kept };
}

function checkClasses(loss: string, shape: Shape, axis: number, target: Tensor, ignoreIndex: number): void {
  if (!Number.isInteger(ignoreIndex)) {
    throw new GradbridgeError("option", `${loss}: ignoreIndex must be an integer, got ${ignoreIndex}.`);
  }
  if (target.dtype !== "int32") {
    throw new DTypeError(
      `${loss}: class targets are int32, got ${target.dtype}. Use cast(target, "int32")` +
        `${loss === "crossEntropyLoss" ? ", or probabilities in the prediction's shape" : ""}.`,
    );
  }
  const expected = shape.filter((_, i) => i !== axis);
  if (!sameShape(target.shape, expected)) {
    throw new ShapeError(
      `${loss}: a prediction of shape ${formatShape(shape)} (classes on axis ${axis}) needs targets of ` +
        `${formatShape(expected)}, got ${formatShape(target.shape)}.`,
    );
  }
  const classes = shape[axis];
  for (const value of hostValues(target) ?? []) {
    if (value !== ignoreIndex && (value < 0 || value >= classes)) {
      throw new GradbridgeError(
        "index",
        `${loss}: target ${value} is out of range for ${classes} classes; use 0 … ${classes - 1}, or ${ignoreIndex} to ignore an element.`,
      );
    }
  }
}
