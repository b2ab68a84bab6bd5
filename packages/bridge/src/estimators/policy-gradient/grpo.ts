import { add, exp, minimum, mul, type Schedule, sub, type Tensor } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { discountedReturns } from "../../recurrences/discounted-returns.ts";
import { defineEstimator, type Estimator, type Minibatch } from "../estimator.ts";
import { checkCounts, checkFractions, checkNonNegative } from "../options.ts";
import { clippedWeight, clipSchedule, ratioDiagnostics, ratioOf } from "./clipped-ratio.ts";
import { mapGroups } from "./groups.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { standardize } from "./standardize.ts";

/** Options of {@link grpo}. */
export interface GrpoOptions {
  /** Discount γ. Default 0.99; language models use 1. */
  readonly gamma?: number;
  /** Neighbouring environments that are compared with each other; divides their number. Default: all. */
  readonly groupSize?: number;
  /** ε: how far the ratio may leave 1; a number or a schedule over training. Default 0.2. */
  readonly clip?: number | Schedule;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** A policy to stay near, which must not be the one that learns; its actions are never masked. Default: none. */
  readonly reference?: Pick<Policy, "forward" | "distribution">;
  /** β: weight of the divergence from `reference`. Default 0.04, the paper's. */
  readonly klCoefficient?: number;
}

type Targets = { readonly advantage: Float32Array };

/**
 * Group relative policy optimization (Shao et al. 2024, eqs. 3 and 4): PPO whose advantage comes from a group of
 * attempts instead of a critic.
 *
 * δ = (m r A + β (q(a)/π(a) − 1)) ∂log π(a)/∂y, with A = (R − mean)/std over the group, r and m as in `ppo`, and q the
 * reference policy, q/π counted as at most e²⁰; the second term descends the paper's estimate q/π − log(q/π) − 1 of KL(π ‖ q).
 *
 * R is the return still to come, compared with those of the group's environments at the same step: with episodes of
 * one step, the paper's outcome supervision. Rows count alike (the paper divides by the length of each answer). The
 * standard deviation is the unbiased one; where it is 0, and for a group of one, A = 0. What follows the end of the
 * rollout counts as 0. Dividing by the deviation biases the gradient: with groups of two it maximizes the probability
 * of beating the other attempt.
 * @throws code `option` for options out of range; `estimator` (`prepare`) where the environments do not make groups.
 */
export function grpo(options: GrpoOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, groupSize, clip = 0.2, entropy = 0, reference, klCoefficient = 0.04 } = options;
  checkFractions("grpo", { gamma });
  checkCounts("grpo", { groupSize });
  checkNonNegative("grpo", { klCoefficient });
  const clipAt = clipSchedule("grpo", clip);

  /** β (q(a)/π(a) − 1), [N]. */
  function pull(
    { observation, distribution, action }: Minibatch,
    { forward }: Pick<Policy, "forward">,
  ): Tensor {
    const theirs = reference!.distribution(forward(observation)).logProb(action);
    // beyond e²⁰ the estimate says nothing but "back", and must stay finite
    const logRatio = minimum(sub(theirs, distribution.logProb(action)), 20);
    return mul(sub(exp(logRatio), 1), klCoefficient);
  }

  const bonus = entropyBonus("grpo", entropy);
  return defineEstimator<Targets>({
    name: "grpo",
    requires: ["reward", "action", "logProb", ...(reference === undefined ? [] : (["observation"] as const))],
    prepare({ steps, numEnvs, reward, terminated, truncated }) {
      const returns = discountedReturns({ steps, numEnvs, reward, terminated, truncated }, { gamma });
      return { advantage: mapGroups("grpo", returns, numEnvs, groupSize, (group) => standardize(group, 1)) };
    },
    scalars: (progress) => ({ clip: clipAt(progress), ...bonus.scalars(progress) }),
    delta(batch) {
      const { distribution, action, targets, scalars } = batch;
      const gain = clippedWeight(ratioOf(batch), targets.advantage, scalars.clip!);
      const weight = reference === undefined ? gain : add(gain, pull(batch, reference));
      return bonus.addTo(scoreDeltas(distribution.score(action), weight), batch);
    },
    diagnose: ratioDiagnostics,
  });
}
