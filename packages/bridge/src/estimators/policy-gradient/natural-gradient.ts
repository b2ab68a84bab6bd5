import { mul, type Schedule, sub } from "@gradbridge/core";
import { gae } from "../../recurrences/gae.ts";
import { defineEstimator, type Estimator } from "../estimator.ts";
import { checkFractions, checkNonNegative, checkPositive } from "../options.ts";
import { naturalScore } from "./natural-score.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { standardize } from "./standardize.ts";

/** Options of {@link naturalGradient}. */
export interface NaturalGradientOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the advantage estimate. Default 0.95. */
  readonly lambda?: number;
  /**
   * Smallest probability that is divided by, for discrete actions: bounds δ at A/floor where an unlikely action was
   * drawn, at the price of a bias for actions less likely than this. Default 0.01.
   */
  readonly probabilityFloor?: number;
  /** Weight of the entropy's plain gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** Times (return − v), the value's δ. Default 1. */
  readonly valueCoefficient?: number;
  /** Standardize advantages over the rollout. Default true. */
  readonly normalizeAdvantage?: boolean;
}

type Targets = { readonly advantage: Float32Array; readonly return: Float32Array };

/**
 * The natural policy gradient (Amari 1998; Kakade 2001) in the space of the policy's outputs: δ = A F⁻¹ ∂log π(a)/∂y, F being
 * the Fisher information of the action's distribution in each row.
 *
 * Discrete actions: δ = A (e_a − 1/n)/p_a, whose expectation is Q − V up to a constant that softmax does not see.
 * Continuous ones: δ = A (a − μ) for the mean and A (u² − 1)/2 for log σ. For the value δ = valueCoefficient · (return − v).
 *
 * F times the expected δ of a state is the policy gradient there: not unbiased for the gradient, but for its natural
 * direction. Parameters still move by the network's own Jacobian; their Fisher information is not inverted.
 * @throws code `option` for options out of range; `estimator` (`delta`) for distributions without a closed form.
 */
export function naturalGradient(options: NaturalGradientOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 0.95, probabilityFloor = 0.01, entropy = 0 } = options;
  const { valueCoefficient = 1, normalizeAdvantage = true } = options;
  checkFractions("naturalGradient", { gamma, lambda });
  checkPositive("naturalGradient", { probabilityFloor });
  checkNonNegative("naturalGradient", { valueCoefficient });
  const bonus = entropyBonus("naturalGradient", entropy);
  return defineEstimator<Targets>({
    name: "naturalGradient",
    requires: ["reward", "action", "value", "nextValue"],
    prepare(rollout) {
      const { advantage, return: returns } = gae(rollout, { gamma, lambda });
      return { advantage: normalizeAdvantage ? standardize(advantage, 0) : advantage, return: returns };
    },
    scalars: bonus.scalars,
    delta(batch, outputs) {
      const { distribution, action, targets } = batch;
      const score = naturalScore(distribution, action, probabilityFloor);
      return {
        ...bonus.addTo(scoreDeltas(score, targets.advantage), batch),
        value: mul(sub(targets.return, outputs.value!), valueCoefficient),
      };
    },
    diagnose: (batch) => ({ entropy: batch.distribution.entropy().mean() }),
  });
}
