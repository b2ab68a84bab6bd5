import { mean, mul, type Schedule, square, sub } from "@gradbridge/core";
import { gae } from "../../recurrences/gae.ts";
import { defineEstimator, type Estimator } from "../estimator.ts";
import { checkFractions, checkNonNegative, checkPositive } from "../options.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { meanOf, standardize } from "./standardize.ts";

/** Options of {@link awr}. */
export interface AwrOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the returns. Default 0.95. */
  readonly lambda?: number;
  /** β: small values imitate only the best actions, large ones approach the policy gradient. Default 1. */
  readonly temperature?: number;
  /** Largest weight exp(A/β). Default 20. */
  readonly maxWeight?: number;
  /** Standardize advantages over the rollout, so that β means the same whatever the rewards. Default true. */
  readonly normalizeAdvantage?: boolean;
  /** Divide the weights by their mean over the rollout. Default false. */
  readonly normalizeWeights?: boolean;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** Times (return − v), the value's δ. Default 1. */
  readonly valueCoefficient?: number;
}

type Targets = { readonly weight: Float32Array; readonly return: Float32Array };

/**
 * Advantage-weighted regression (Peng et al. 2019, eq. 9 and algorithm 1): supervised learning of the actions that
 * turned out well.
 *
 * δ = w ∂log π(a)/∂y, w = min(exp(A/β), maxWeight);  for the value δ = valueCoefficient · (R − v), R = A + v being the
 * TD(λ) return.
 *
 * No unbiased policy gradient: the expected δ descends KL(π* ‖ π), π* ∝ μ E[exp(A/β)] with μ the policy that acted; where π = μ
 * and β grows, β times it tends to the policy gradient of A.
 * @throws code `option` for options out of range.
 */
export function awr(options: AwrOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 0.95, temperature = 1, maxWeight = 20, entropy = 0 } = options;
  const { valueCoefficient = 1, normalizeAdvantage = true, normalizeWeights = false } = options;
  checkFractions("awr", { gamma, lambda });
  checkPositive("awr", { temperature, maxWeight });
  checkNonNegative("awr", { valueCoefficient });
  const bonus = entropyBonus("awr", entropy);
  return defineEstimator<Targets>({
    name: "awr",
    requires: ["reward", "action", "value", "nextValue"],
    prepare(rollout) {
      const { advantage, return: returns } = gae(rollout, { gamma, lambda });
      const scaled = normalizeAdvantage ? standardize(advantage, 0) : advantage;
      const weight = scaled.map((a) => Math.min(Math.exp(a / temperature), maxWeight));
      return { weight: normalizeWeights ? divided(weight) : weight, return: returns };
    },
    scalars: bonus.scalars,
    delta(batch, outputs) {
      const { distribution, action, targets } = batch;
      const deltas = scoreDeltas(distribution.score(action), targets.weight);
      return {
        ...bonus.addTo(deltas, batch),
        value: mul(sub(targets.return, outputs.value!), valueCoefficient),
      };
    },
    diagnose: ({ distribution, targets }, outputs) => ({
      entropy: distribution.entropy().mean(),
      weight: mean(targets.weight),
      valueError: mean(square(sub(targets.return, outputs.value!))),
    }),
  });
}

/** By their mean; all weights may have underflowed to 0, which stays 0. */
function divided(weight: Float32Array): Float32Array {
  const mean = meanOf(weight);
  return mean > 0 ? weight.map((value) => value / mean) : weight;
}
