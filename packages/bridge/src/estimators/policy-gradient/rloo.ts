import type { Schedule } from "@gradbridge/core";
import { discountedReturns } from "../../recurrences/discounted-returns.ts";
import { defineEstimator, type Estimator } from "../estimator.ts";
import { checkCounts, checkFractions } from "../options.ts";
import { mapGroups } from "./groups.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { meanOf } from "./standardize.ts";

/** Options of {@link rloo}. */
export interface RlooOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** K: neighbouring environments that serve each other as baseline; divides their number. Default: all. */
  readonly groupSize?: number;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
}

type Targets = { readonly advantage: Float32Array };

/**
 * REINFORCE with the leave-one-out baseline (Kool et al. 2019, eq. 8; Ahmadian et al. 2024, eq. 8): no critic.
 *
 * δ = Aᵢ ∂log π(aᵢ)/∂y, Aᵢ = Rᵢ − (mean of the other K − 1) = K/(K − 1) (Rᵢ − R̄).
 *
 * Rᵢ is the return still to come, and the others are the returns of the group's environments at the same step: with
 * episodes of one step, the papers' estimator. Unbiased, since the others do not depend on aᵢ; they are the better a
 * baseline the more alike the situations are. A group of one has no others: plain REINFORCE. What follows the end of
 * the rollout counts as 0.
 * @throws code `option` for options out of range; `estimator` (`prepare`) where the environments do not make groups.
 */
export function rloo(options: RlooOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, groupSize, entropy = 0 } = options;
  checkFractions("rloo", { gamma });
  checkCounts("rloo", { groupSize });
  const bonus = entropyBonus("rloo", entropy);
  return defineEstimator<Targets>({
    name: "rloo",
    requires: ["reward", "action"],
    prepare({ steps, numEnvs, reward, terminated, truncated }) {
      const returns = discountedReturns({ steps, numEnvs, reward, terminated, truncated }, { gamma });
      return { advantage: mapGroups("rloo", returns, numEnvs, groupSize, leftOneOut) };
    },
    scalars: bonus.scalars,
    delta(batch) {
      return bonus.addTo(scoreDeltas(batch.distribution.score(batch.action), batch.targets.advantage), batch);
    },
    diagnose: (batch) => ({ entropy: batch.distribution.entropy().mean() }),
  });
}

function leftOneOut(group: Float32Array): Float32Array {
  if (group.length === 1) return group;
  const mean = meanOf(group);
  return group.map((value) => (group.length / (group.length - 1)) * (value - mean));
}
