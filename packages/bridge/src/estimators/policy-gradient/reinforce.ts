import { GradbridgeError, type Schedule, sub } from "@gradbridge/core";
import { discountedReturns } from "../../recurrences/discounted-returns.ts";
import { gae } from "../../recurrences/gae.ts";
import { defineEstimator, type Estimator, type Minibatch } from "../estimator.ts";
import { checkFractions } from "../options.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";
import { deviationOf, meanOf } from "./standardize.ts";

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
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
}

type Targets = { readonly advantage: Float32Array; readonly return: Float32Array };

/**
 * REINFORCE (Williams 1992): δ = (Gₜ − b) ∂log π(aₜ)/∂y, and δ = Gₜ − v for the value where it is the baseline.
 * Unbiased for episodes that end within the rollout (without `normalize`, and for γ < 1 up to the usual missing weight γᵗ
 * of later steps); the last one of each environment counts what it has earned so far plus, with `baseline: "value"`, the
 * value of where it stands. The baseline `mean` holds each return itself: over N one-step episodes it shortens the
 * expected δ by the factor 1 − 1/N (`rloo` does not).
 * @throws code `option` for options out of range.
 */
export function reinforce(options: ReinforceOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, baseline = "value", normalize = true, entropy = 0 } = options;
  if (!["none", "mean", "value"].includes(baseline)) {
    throw new GradbridgeError(
      "option",
      `reinforce: unknown baseline "${baseline}". Use none, mean or value.`,
    );
  }
  checkFractions("reinforce", { gamma });
  const bonus = entropyBonus("reinforce", entropy);
  return defineEstimator<Targets>({
    name: "reinforce",
    requires: baseline === "value" ? ["reward", "action", "value", "nextValue"] : ["reward", "action"],
    prepare(rollout) {
      if (baseline === "value") {
        // λ = 1: the return minus the value
        const { advantage, return: returns } = gae(rollout, { gamma, lambda: 1 });
        return { advantage: normalize ? scaled(advantage) : advantage, return: returns };
      }
      const { steps, numEnvs, reward, terminated, truncated } = rollout;
      const returns = discountedReturns({ steps, numEnvs, reward, terminated, truncated }, { gamma });
      const center = baseline === "mean" ? meanOf(returns) : 0;
      const advantage = returns.map((value) => value - center);
      return { advantage: normalize ? scaled(advantage) : advantage, return: returns };
    },
    scalars: bonus.scalars,
    delta(batch: Minibatch<Targets>, outputs) {
      const score = batch.distribution.score(batch.action);
      const deltas = bonus.addTo(scoreDeltas(score, batch.targets.advantage), batch);
      if (baseline !== "value" || outputs.value === undefined) return deltas;
      return { ...deltas, value: sub(batch.targets.return, outputs.value) };
    },
    diagnose: (batch) => ({ entropy: batch.distribution.entropy().mean() }),
  });
}

/** Divided by the standard deviation; a spread of zero leaves it undivided. */
function scaled(values: Float32Array): Float32Array {
  const deviation = deviationOf(values);
  return deviation > 1e-8 ? values.map((value) => value / deviation) : values;
}
