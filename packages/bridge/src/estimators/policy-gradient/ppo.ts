import {
  abs,
  add,
  clamp,
  div,
  equal,
  greater,
  logicalAnd,
  max,
  mean,
  min,
  mul,
  type Schedule,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from "@gradbridge/core";
import { gae } from "../../recurrences/gae.ts";
import { defineEstimator, type Estimator, type Minibatch } from "../estimator.ts";
import { checkFractions, checkNonNegative, checkPositive } from "../options.ts";
import { clippedWeight, clipSchedule, ratioDiagnostics, ratioOf } from "./clipped-ratio.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";

/** Options of {@link ppo}. */
export interface PpoOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the advantage estimate. Default 0.95. */
  readonly lambda?: number;
  /** ε: how far the ratio may leave 1; a number or a schedule over training. Default 0.2. */
  readonly clip?: number | Schedule;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** Times (return − v), the value's δ. 1 is Stable-Baselines3's vf_coef 0.5, whose squared error has no ½. Default 1. */
  readonly valueCoefficient?: number;
  /** Keep the value within this distance of the one that acted. Default: no limit. */
  readonly valueClip?: number;
  /** Standardize advantages per minibatch. Default true. */
  readonly normalizeAdvantage?: boolean;
}

type Targets = {
  readonly advantage: Float32Array;
  readonly return: Float32Array;
  readonly value: Float32Array;
};

/**
 * Proximal policy optimization (Schulman et al. 2017, eq. 7) as δ in closed form; no loss is differentiated.
 *
 * With r = π(a)/π_old(a): δ = m r A ∂log π(a)/∂y + entropy · ∂H/∂y, where m = 0 exactly when A > 0 and r > 1 + ε, or
 * A < 0 and r < 1 − ε, and else 1. For the value: δ = valueCoefficient · (return − v), returns being A + v of the
 * generalized advantage estimate.
 *
 * Where r = 1, and without standardizing, the policy gradient of the advantages; further from the policy that acted,
 * biased by the clipping as the paper intends. `diagnose` gives `approxKl`, by which training may end the epochs early.
 * @throws code `option` for options out of range.
 */
export function ppo(options: PpoOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 0.95, entropy = 0, valueCoefficient = 1, valueClip } = options;
  const { normalizeAdvantage = true, clip = 0.2 } = options;
  checkFractions("ppo", { gamma, lambda });
  checkNonNegative("ppo", { valueCoefficient });
  checkPositive("ppo", { valueClip });
  const clipAt = clipSchedule("ppo", clip);

  const bonus = entropyBonus("ppo", entropy);
  return defineEstimator<Targets>({
    name: "ppo",
    requires: ["reward", "action", "logProb", "value", "nextValue"],
    prepare: (rollout) => ({ ...gae(rollout, { gamma, lambda }), value: rollout.value }),
    scalars: (progress) => ({ clip: clipAt(progress), ...bonus.scalars(progress) }),
    delta(batch, outputs) {
      const { targets, distribution, action } = batch;
      const advantage = normalizeAdvantage ? standardized(targets.advantage, batch.size) : targets.advantage;
      const weight = clippedWeight(ratioOf(batch), advantage, batch.scalars.clip!);
      const deltas = bonus.addTo(scoreDeltas(distribution.score(action), weight), batch);
      return { ...deltas, value: mul(valueDelta(outputs.value!, targets, valueClip), valueCoefficient) };
    },
    diagnose: (batch, outputs) => ({
      ...ratioDiagnostics(batch),
      valueError: mean(square(sub(batch.targets.return, outputs.value!))),
    }),
  });
}

/**
 * (A − mean)/std over the minibatch, with the unbiased std and 1e-8 of Stable-Baselines3; 0 for one row and where all
 * advantages are equal.
 */
function standardized(advantage: Tensor, size: number): Tensor {
  if (size < 2) return zerosLike(advantage);
  const centered = sub(advantage, mean(advantage));
  const deviation = sqrt(mul(sum(square(centered)), 1 / (size - 1)));
  // rounding leaves the mean of equal numbers a little off, which a tiny deviation would blow up
  return where(equal(max(advantage), min(advantage)), 0, div(centered, add(deviation, 1e-8)));
}

/**
 * return − v; with value clipping the negative gradient of ½ max((v − R)², (v_old + clamp(v − v_old) − R)²), which is 0
 * where the clipped branch is the larger one and v is outside the range.
 */
function valueDelta(
  value: Tensor,
  targets: Minibatch<Targets>["targets"],
  valueClip: number | undefined,
): Tensor {
  const error = sub(targets.return, value);
  if (valueClip === undefined) return error;
  const moved = sub(value, targets.value);
  const clippedError = sub(targets.return, add(targets.value, clamp(moved, -valueClip, valueClip)));
  const flat = logicalAnd(greater(square(clippedError), square(error)), greater(abs(moved), valueClip));
  return where(flat, 0, error);
}
