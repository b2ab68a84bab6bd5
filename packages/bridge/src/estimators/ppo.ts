import {
  abs,
  add,
  cast,
  clamp,
  constantSchedule,
  div,
  equal,
  exp,
  GradbridgeError,
  greater,
  lessEqual,
  max,
  mean,
  min,
  mul,
  type Schedule,
  sign,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
  zerosLike,
} from "@gradbridge/core";
import { gae } from "../recurrences/gae.ts";
import { defineEstimator, type Estimator, type Minibatch } from "./estimator.ts";
import { addEntropy, scoreDeltas } from "./score-deltas.ts";

/** Options of {@link ppo}. */
export interface PpoOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the advantage estimate. Default 0.95. */
  readonly lambda?: number;
  /** ε: how far the ratio may leave 1; a number or a schedule over training. Default 0.2. */
  readonly clip?: number | Schedule;
  /** Weight of the entropy's gradient. Default 0. */
  readonly entropy?: number;
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
 */
export function ppo(options: PpoOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 0.95, entropy = 0, valueCoefficient = 1, valueClip } = options;
  const { normalizeAdvantage = true, clip = 0.2 } = options;
  const clipAt = typeof clip === "number" ? constantSchedule(clip) : clip;
  if (!(clipAt(0) >= 0))
    throw new GradbridgeError("option", `ppo: clip must be 0 or more, got ${clipAt(0)}.`);

  return defineEstimator<Targets>({
    name: "ppo",
    requires: ["reward", "action", "logProb", "value", "nextValue"],
    prepare: (rollout) => ({ ...gae(rollout, { gamma, lambda }), value: rollout.value }),
    scalars: (progress) => ({ clip: clipAt(progress) }),
    delta(batch, outputs) {
      const { targets, distribution, action } = batch;
      const advantage = normalizeAdvantage ? standardized(targets.advantage, batch.size) : targets.advantage;
      const ratio = ratioOf(batch);
      const weight = mul(mul(ratio, advantage), unclipped(ratio, advantage, batch.scalars.clip!));
      const deltas = addEntropy(scoreDeltas(distribution.score(action), weight), distribution, entropy);
      return { ...deltas, value: mul(valueDelta(outputs.value!, targets, valueClip), valueCoefficient) };
    },
    diagnose(batch, outputs) {
      const ratio = ratioOf(batch);
      const { logProb, distribution, targets, action } = batch;
      const logRatio = sub(distribution.logProb(action), logProb);
      return {
        entropy: distribution.entropy().mean(),
        // Schulman's k3 estimate of KL(π_old ‖ π): E[(r − 1) − log r]
        approxKl: mean(sub(sub(ratio, 1), logRatio)),
        clipFraction: mean(cast(greater(abs(sub(ratio, 1)), batch.scalars.clip!), "float32")),
        valueError: mean(square(sub(targets.return, outputs.value!))),
      };
    },
  });
}

/** r = π(a)/π_old(a), [N]. */
function ratioOf({ distribution, action, logProb }: Minibatch<Targets>): Tensor {
  return exp(sub(distribution.logProb(action), logProb));
}

/** m: 0 where the clipped objective is flat. sign(A)(r − 1) > ε says both cases at once. */
function unclipped(ratio: Tensor, advantage: Tensor, clip: Tensor): Tensor {
  return cast(lessEqual(mul(sign(advantage), sub(ratio, 1)), clip), ratio.dtype);
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
  const flat = mul(greater(square(clippedError), square(error)), greater(abs(moved), valueClip));
  return where(flat, 0, error);
}
