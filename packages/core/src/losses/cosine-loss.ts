import { ShapeError } from "../errors.ts";
import { add } from "../ops/add.ts";
import { clamp } from "../ops/clamp.ts";
import { equal } from "../ops/comparisons.ts";
import { div } from "../ops/div.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import { sum } from "../ops/sum.ts";
import { where } from "../ops/where.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkFloat, checkNumber, checkOperands, type LossOptions, reduceLoss } from "./loss.ts";

/** Options of {@link cosineLoss}. */
export interface CosineLossOptions extends LossOptions {
  /** 1 for pairs that should agree, −1 for pairs that should not; the prediction's shape without its last axis. Default: all 1. */
  readonly labels?: Tensor;
  /** Cosine up to which pairs labelled −1 cost nothing, in [−1, 1]. Default 0. */
  readonly margin?: number;
}

/** PyTorch writes it as a float32, in float64 too. */
const tiny = Math.fround(1e-12);

/**
 * 1 − cos(prediction, target) along the last axis; max(0, cos − margin) for pairs labelled −1. PyTorch's
 * `cosine_embedding_loss`, whose labels default to all 1 here. Squared lengths are increased by 1e-12, so a zero
 * vector has cosine 0 and a finite gradient.
 * @param prediction [d] or [n, d]; more leading axes are allowed.
 * @param target The prediction's shape and dtype.
 * @throws code `shape`, `dtype`, `operand`, `option`.
 */
export function cosineLoss(prediction: Tensor, target: Tensor, options: CosineLossOptions = {}): Tensor {
  const { labels, margin = 0, reduction } = options;
  checkOperands("cosineLoss", prediction, target, reduction);
  checkNumber("cosineLoss", "margin", margin, { low: -1, high: 1 });
  if (prediction.shape.length === 0) throw new ShapeError("cosineLoss: needs vectors, got scalars.");
  const lengths = mul(add(sum(square(prediction), -1), tiny), add(sum(square(target), -1), tiny));
  const cosine = div(sum(mul(prediction, target), -1), sqrt(lengths));
  const apart = sub(1, cosine);
  if (labels === undefined) return reduceLoss(apart, reduction);
  checkLabels(labels, prediction);
  const together = clamp(sub(cosine, margin), 0, Infinity);
  return reduceLoss(add(where(equal(labels, 1), apart, 0), where(equal(labels, -1), together, 0)), reduction);
}

function checkLabels(labels: Tensor, prediction: Tensor): void {
  if (labels.dtype !== "int32") checkFloat("cosineLoss", "labels", labels);
  const expected = prediction.shape.slice(0, -1);
  if (!sameShape(labels.shape, expected)) {
    throw new ShapeError(
      `cosineLoss: labels must have shape ${formatShape(expected)}, one per vector, got ${formatShape(labels.shape)}.`,
    );
  }
}
