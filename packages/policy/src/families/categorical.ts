import {
  eye,
  GradbridgeError,
  logSoftmax,
  logsumexp,
  mul,
  neg,
  oneHot,
  reshape,
  softmax,
  sub,
  sum,
  type Tensor,
} from "@gradbridge/core";
import type { Family } from "./family.ts";

/**
 * One of k classes: η [..., k] are logits, ŷ = softmax(η), A(η) = log Σ exp η. Labels are class numbers, int32 [...] in
 * 0 … k − 1, or float rows [..., k] that sum to 1 (one-hot or soft).
 *
 * The rows of η are determined up to a constant, so the Fisher information diag(p) − p pᵀ is singular.
 * @throws code `option` unless k is an integer of at least 2.
 */
export function categorical(k: number): Family {
  if (!Number.isInteger(k) || k < 2) {
    throw new GradbridgeError("option", `categorical: k must be an integer of at least 2, got ${k}.`);
  }
  const logits = (eta: Tensor): Tensor => {
    if (eta.shape[eta.shape.length - 1] === k) return eta;
    throw new GradbridgeError(
      "shape",
      `categorical(${k}): η must be [..., ${k}], got [${eta.shape.join(", ")}].`,
    );
  };
  const rowsFor = (eta: Tensor, y: Tensor): Tensor => {
    const rows = y.dtype === "int32" ? [...y.shape, k] : y.shape;
    if (rows.join() !== logits(eta).shape.join()) {
      const classes = eta.shape.slice(0, -1).join(", ");
      throw new GradbridgeError(
        "shape",
        `categorical(${k}): y is ${y.dtype} [${y.shape.join(", ")}]; for η [${eta.shape.join(", ")}] it must be ` +
          `int32 [${classes}] or float [${eta.shape.join(", ")}].`,
      );
    }
    return y.dtype === "int32" ? oneHot(y, k, eta.dtype) : y;
  };
  return {
    name: `categorical(${k})`,
    domain: "real",
    naturalParameter: (z) => z,
    inverseLink: (eta) => softmax(logits(eta)),
    sufficientStatistic: (y) => (y.dtype === "int32" ? oneHot(y, k) : y),
    logPartition: (eta) => logsumexp(logits(eta), -1),
    fisher(eta) {
      const p = softmax(logits(eta));
      const column = reshape(p, [...p.shape, 1]);
      const row = reshape(p, [...p.shape.slice(0, -1), 1, k]);
      const identity = eye(k, k, { dtype: p.dtype, device: p.device });
      return mul(column, sub(identity, row)); // pᵢ (δᵢⱼ − pⱼ)
    },
    negativeLogLikelihood: (eta, y) => neg(sum(mul(rowsFor(eta, y), logSoftmax(eta)), -1)),
    seed: (eta, y) => sub(softmax(eta), rowsFor(eta, y)),
  };
}
