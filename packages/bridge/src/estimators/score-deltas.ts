import { add, mul, type Tensor } from "@gradbridge/core";
import type { ByOutput, Distribution } from "@gradbridge/policy";
import { column } from "./estimator.ts";

/** The policy gradient: weight · ∂log π/∂y for every output y of the distribution; weight is [N]. */
export function scoreDeltas(score: ByOutput, weight: Tensor): Record<string, Tensor> {
  const rows = column(weight);
  return Object.fromEntries(Object.entries(score).map(([output, value]) => [output, mul(value, rows)]));
}

/** Adds coefficient · ∂entropy/∂y. */
export function addEntropy(
  deltas: Record<string, Tensor>,
  distribution: Distribution,
  coefficient: number,
): Record<string, Tensor> {
  if (coefficient === 0) return deltas;
  const bonus = distribution.entropyScore();
  return Object.fromEntries(
    Object.entries(deltas).map(([output, delta]) => [output, add(delta, mul(bonus[output]!, coefficient))]),
  );
}
