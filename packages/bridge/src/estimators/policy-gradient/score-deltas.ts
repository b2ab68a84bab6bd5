import { add, mul, type Schedule, type Tensor } from "@gradbridge/core";
import type { ByOutput } from "@gradbridge/policy";
import { column, type Minibatch } from "../estimator.ts";
import { checkNonNegative } from "../options.ts";

/** The policy gradient: weight · ∂log π/∂y for every output y of the distribution; weight is [N]. */
export function scoreDeltas(score: ByOutput, weight: Tensor): Record<string, Tensor> {
  const rows = column(weight);
  return Object.fromEntries(Object.entries(score).map(([output, value]) => [output, mul(value, rows)]));
}

/** A weight of the entropy's gradient, ready to be added to δ. */
export interface EntropyBonus {
  /** What the estimator's `scalars` must hold for it. */
  scalars(progress: number): { readonly entropy?: number };
  /** δ + weight · ∂H/∂y for every output y of the distribution. */
  addTo(deltas: Record<string, Tensor>, batch: Minibatch): Record<string, Tensor>;
}

/**
 * The entropy's share of an estimator.
 * @param entropy its weight, a number or a schedule over training
 * @throws code `option` for a weight below 0.
 */
export function entropyBonus(estimator: string, entropy: number | Schedule): EntropyBonus {
  checkNonNegative(estimator, { entropy: typeof entropy === "number" ? entropy : entropy(0) });
  if (entropy === 0) return { scalars: () => ({}), addTo: (deltas) => deltas };
  return {
    scalars: (progress) => (typeof entropy === "number" ? {} : { entropy: entropy(progress) }),
    addTo(deltas, { distribution, scalars }) {
      const weight = typeof entropy === "number" ? entropy : scalars.entropy!;
      const bonus = distribution.entropyScore();
      return Object.fromEntries(
        Object.entries(deltas).map(([output, delta]) => [output, add(delta, mul(bonus[output]!, weight))]),
      );
    },
  };
}
