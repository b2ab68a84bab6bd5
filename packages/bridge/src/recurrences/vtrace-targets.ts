import { GradbridgeError } from "@gradbridge/core";
import { checkSequences, type Sequences } from "./sequences.ts";

/** What {@link vtraceTargets} reads beside the sequences of a rollout. */
export interface OffPolicySequences extends Sequences {
  /** π(a)/μ(a): the policy that learns over the one that acted, [T, B]; 0 or more. */
  readonly ratio: Float32Array | Float64Array;
}

/** Coefficients of {@link vtraceTargets}. */
export interface VtraceCoefficients {
  /** Discount γ. */
  readonly gamma: number;
  /** λ: 1 follows the whole trajectory. Default 1. */
  readonly lambda?: number;
  /** ρ̄: where the ratio of the one-step error is cut off; decides what is learned. Default 1. */
  readonly rhoClip?: number;
  /** c̄: where the ratio that carries later errors back is cut off; decides how fast. Default 1. */
  readonly cClip?: number;
}

/** Value targets and advantages, both [T, B]. */
export interface VtraceTargets {
  /** vₜ: the target of the value. */
  readonly return: Float32Array;
  /** rₜ + γ v'ₜ₊₁ − V(sₜ). Times min(ρ̄, ratioₜ) it weights the score; that product is rlax's `pg_advantage`. */
  readonly advantage: Float32Array;
}

/**
 * V-trace (Espeholt et al. 2018, eq. 1 and section 4.2) over T steps of B environments: values of the policy π from
 * trajectories of another policy μ.
 *
 * vₜ = V(sₜ) + eₜ;  eₜ = min(ρ̄, ratioₜ) (rₜ + γ V(sₜ₊₁) − V(sₜ)) + γ λ min(c̄, ratioₜ) (1 − doneₜ) eₜ₊₁, with e_T = 0.
 * The advantage bootstraps from v'ₜ₊₁ = λ vₜ₊₁ + (1 − λ) V(sₜ₊₁) inside an episode; after its last step from V(sₜ₊₁),
 * which counts as 0 where it terminated. With ratio = 1 and ρ̄, c̄ ≥ 1 the targets are those of `gae`.
 *
 * Agrees with rlax's `vtrace_td_error_and_advantage` (its rho_tm1 is `ratio`, its c̄ is 1).
 * @throws code `shape` for arrays that are not [T, B]; `option` for coefficients out of range or a ratio that is
 *   negative or NaN.
 */
export function vtraceTargets(
  sequences: OffPolicySequences,
  { gamma, lambda = 1, rhoClip = 1, cClip = 1 }: VtraceCoefficients,
): VtraceTargets {
  const { steps, numEnvs, reward, terminated, truncated, value, nextValue, ratio } = sequences;
  const arrays = { reward, terminated, truncated, value, nextValue, ratio };
  checkSequences("vtraceTargets", { steps, numEnvs, ...arrays }, { gamma, lambda });
  checkRatios(ratio, { rhoClip, cClip });
  const targets = new Float32Array(steps * numEnvs);
  const advantage = new Float32Array(steps * numEnvs);
  for (let env = 0; env < numEnvs; env++) {
    let following = 0; // eₜ₊₁
    for (let t = steps - 1; t >= 0; t--) {
      const i = t * numEnvs + env;
      const alive = terminated[i] === 1 ? 0 : 1;
      if (alive === 0 || truncated[i] === 1) following = 0;
      const step = reward[i]! + gamma * alive * nextValue[i]! - value[i]!;
      advantage[i] = step + gamma * lambda * following;
      following =
        Math.min(rhoClip, ratio[i]!) * step + gamma * lambda * Math.min(cClip, ratio[i]!) * following;
      targets[i] = value[i]! + following;
    }
  }
  return { return: targets, advantage };
}

function checkRatios(ratio: ArrayLike<number>, clips: { readonly [name: string]: number }): void {
  for (const [name, clip] of Object.entries(clips)) {
    if (!(clip > 0))
      throw new GradbridgeError("option", `vtraceTargets: ${name} must be above 0, got ${clip}.`);
  }
  for (let i = 0; i < ratio.length; i++) {
    if (!(ratio[i]! >= 0))
      throw new GradbridgeError("option", `vtraceTargets: ratio[${i}] must be 0 or more, got ${ratio[i]}.`);
  }
}
