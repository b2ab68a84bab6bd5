import { mean, mul, type Schedule, square, sub } from "@gradbridge/core";
import { gae } from "../../recurrences/gae.ts";
import { defineEstimator, type Estimator } from "../estimator.ts";
import { checkFractions, checkNonNegative } from "../options.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { standardize } from "./standardize.ts";

/** Options of {@link actorCritic}. */
export interface ActorCriticOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the advantage estimate: 1 follows the rewards to the end of the rollout. Default 1. */
  readonly lambda?: number;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** Times (return − v), the value's δ. Default 1. */
  readonly valueCoefficient?: number;
  /** Standardize advantages over the rollout. Default false. */
  readonly normalizeAdvantage?: boolean;
}

type Targets = { readonly advantage: Float32Array; readonly return: Float32Array };

/**
 * Advantage actor-critic, A2C (Mnih et al. 2016, section 4 and algorithm S3, synchronous): each rollout is used once.
 *
 * δ = A ∂log π(a)/∂y + entropy · ∂H/∂y;  for the value δ = valueCoefficient · (R − v).
 *
 * R = A + v is the n-step return of the paper where λ = 1: rewards to the end of the rollout, then the critic's value.
 * Unbiased for λ = 1 and episodes that end within the rollout, whatever the critic; else as far off as the critic is.
 * @throws code `option` for options out of range.
 */
export function actorCritic(options: ActorCriticOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 1, entropy = 0, valueCoefficient = 1, normalizeAdvantage = false } = options;
  checkFractions("actorCritic", { gamma, lambda });
  checkNonNegative("actorCritic", { valueCoefficient });
  const bonus = entropyBonus("actorCritic", entropy);
  return defineEstimator<Targets>({
    name: "actorCritic",
    requires: ["reward", "action", "value", "nextValue"],
    prepare(rollout) {
      const { advantage, return: returns } = gae(rollout, { gamma, lambda });
      return { advantage: normalizeAdvantage ? standardize(advantage, 0) : advantage, return: returns };
    },
    scalars: bonus.scalars,
    delta(batch, outputs) {
      const { distribution, action, targets } = batch;
      const deltas = scoreDeltas(distribution.score(action), targets.advantage);
      return {
        ...bonus.addTo(deltas, batch),
        value: mul(sub(targets.return, outputs.value!), valueCoefficient),
      };
    },
    diagnose: ({ distribution, targets }, outputs) => ({
      entropy: distribution.entropy().mean(),
      valueError: mean(square(sub(targets.return, outputs.value!))),
    }),
  });
}
