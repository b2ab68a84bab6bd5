import {
  cast,
  concat,
  div,
  exp,
  GradbridgeError,
  greater,
  maximum,
  mul,
  oneHot,
  reshape,
  split,
  square,
  sub,
  sum,
  type Tensor,
} from "@gradbridge/core";
import {
  Bernoulli,
  type ByOutput,
  Categorical,
  DiagonalGaussian,
  type Distribution,
  MultiCategorical,
  SquashedGaussian,
} from "@gradbridge/policy";

/**
 * F⁻¹ ∂log π(a)/∂y: the score times the inverse Fisher information F of the distribution's own parameters, row by row
 * in closed form; where F is singular, the pseudo-inverse.
 *
 * Categorical, and each place of a multi-categorical: F = diag(p) − p pᵀ, so (e_a − 1/n)/p_a over the n actions that are
 * allowed, 0 for the others. Bernoulli: F = p (1 − p), so 1/p for a yes and −1/(1 − p) for a no. Gaussian, squashed or
 * not: F is 1/σ² for μ and 2 for log σ, so a − μ and (u² − 1)/2 with u = (a − μ)/σ.
 * @param floor smallest probability to divide by, above 0
 * @throws code `estimator` for a distribution whose closed form is not known here.
 */
export function naturalScore(distribution: Distribution, action: Tensor, floor: number): ByOutput {
  if (distribution instanceof Categorical) {
    return { logits: naturalLogits(distribution.score(action).logits, action, floor) };
  }
  if (distribution instanceof MultiCategorical) {
    const columns = split(action, 1, 1);
    const scores = split(distribution.score(action).logits, distribution.sizes, 1);
    const parts = scores.map((score, i) => naturalLogits(score, reshape(columns[i]!, [-1]), floor));
    return { logits: concat(parts, 1) };
  }
  if (distribution instanceof Bernoulli) {
    const sign = sub(mul(cast(action, distribution.logits.dtype), 2), 1);
    // |a − p| is the probability of the other choice
    const chosen = sub(1, mul(sign, distribution.score(action).logits));
    return { logits: div(sign, maximum(chosen, floor)) };
  }
  if (distribution instanceof DiagonalGaussian || distribution instanceof SquashedGaussian) {
    const offset = sub(action, distribution.mean);
    const u = div(offset, exp(distribution.logStd));
    return { mean: offset, logStd: mul(sub(square(u), 1), 0.5) };
  }
  throw new GradbridgeError(
    "estimator",
    `naturalGradient: no closed form of the inverse Fisher information is known for ${distribution.constructor.name}; ` +
      "use one of the distributions of @gradbridge/policy, or another estimator.",
  );
}

/** (e_a − 1/n)/p_a over the actions whose probability is not 0, from the score e_a − p. */
function naturalLogits(score: Tensor, action: Tensor, floor: number): Tensor {
  const chosen = oneHot(action, score.shape[1]!, score.dtype);
  const p = sub(chosen, score);
  // a forbidden action has p = 0 exactly; what was chosen is allowed, even where its p rounds to 0
  const allowed = maximum(cast(greater(p, 0), score.dtype), chosen);
  const centered = sub(chosen, div(allowed, sum(allowed, 1, { keepDims: true })));
  return div(centered, maximum(sum(mul(p, chosen), 1, { keepDims: true }), floor));
}
