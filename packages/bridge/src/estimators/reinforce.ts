import { GradbridgeError, sub } from "@gradbridge/core";
import { discountedReturns } from "../recurrences/discounted-returns.ts";
import { gae } from "../recurrences/gae.ts";
import { defineEstimator, type Estimator, type Minibatch } from "./estimator.ts";
import { addEntropy, scoreDeltas } from "./score-deltas.ts";

/** Options of {@link reinforce}. */
export interface ReinforceOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /**
   * What is subtracted from the return: `none`, the `mean` over the rollout, or the policy's own `value` output, which
   * is then trained too (δ = G − v). Default `value`.
   */
  readonly baseline?: "none" | "mean" | "value";
  /** Divide the advantage by its standard deviation over the rollout. Default true. */
  readonly normalize?: boolean;
  /** Weight of the entropy's gradient. Default 0. */
  readonly entropy?: number;
}

type Targets = { readonly advantage: Float32Array; readonly return: Float32Array };

/**
 * REINFORCE (Williams 1992): δ = (Gₜ − b) ∂log π(aₜ)/∂y, and δ = Gₜ − v for the value where it is the baseline.
 * Unbiased for episodes that end within the rollout; the last one of each environment counts what it has earned so far
 * plus, with `baseline: "value"`, the value of where it stands.
 */
export function reinforce(options: ReinforceOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, baseline = "value", normalize = true, entropy = 0 } = options;
  if (!["none", "mean", "value"].includes(baseline)) {
    throw new GradbridgeError(
      "option",
      `reinforce: unknown baseline "${baseline}". Use none, mean or value.`,
    );
  }
  return defineEstimator<Targets>({
    name: "reinforce",
    requires: baseline === "value" ? ["reward", "action", "value", "nextValue"] : ["reward", "action"],
    prepare(rollout) {
      if (baseline === "value") {
        // λ = 1: the return minus the value
        const { advantage, return: returns } = gae(rollout, { gamma, lambda: 1 });
        return { advantage: normalize ? scaled(advantage) : advantage, return: returns };
      }
      const { nextValue: _, ...sequences } = rollout;
      const returns = discountedReturns(sequences, { gamma });
      const center = baseline === "mean" ? mean(returns) : 0;
      const advantage = returns.map((value) => value - center);
      return { advantage: normalize ? scaled(advantage) : advantage, return: returns };
    },
    delta(batch: Minibatch<Targets>, outputs) {
      const score = batch.distribution.score(batch.action);
      const deltas = addEntropy(scoreDeltas(score, batch.targets.advantage), batch.distribution, entropy);
      if (baseline !== "value" || outputs.value === undefined) return deltas;
      return { ...deltas, value: sub(batch.targets.return, outputs.value) };
    },
    diagnose: (batch) => ({ entropy: batch.distribution.entropy().mean() }),
  });
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / Math.max(1, values.length);
}

/** Divided by the standard deviation; a spread of zero leaves it undivided. */
function scaled(values: Float32Array): Float32Array {
  const center = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - center) ** 2;
  const deviation = Math.sqrt(squares / Math.max(1, values.length));
  return deviation > 1e-8 ? values.map((value) => value / deviation) : values;
}
