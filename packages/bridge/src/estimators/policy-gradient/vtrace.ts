import {
  mean,
  minimum,
  mul,
  noGrad,
  type Schedule,
  square,
  sub,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { vtraceTargets } from "../../recurrences/vtrace-targets.ts";
import type { Rollout, RolloutColumn } from "../../rollouts/rollout.ts";
import { defineEstimator, type Estimator } from "../estimator.ts";
import { checkFractions, checkNonNegative, checkPositive } from "../options.ts";
import { ratioOf } from "./clipped-ratio.ts";
import { entropyBonus, scoreDeltas } from "./score-deltas.ts";

/** Options of {@link vtrace}. */
export interface VtraceOptions {
  /** Discount γ. Default 0.99. */
  readonly gamma?: number;
  /** λ of the targets. Default 1. */
  readonly lambda?: number;
  /** ρ̄: where the ratio of the one-step error, and of the score's weight, is cut off. Default 1. */
  readonly rhoClip?: number;
  /** c̄: where the ratio that carries later errors back is cut off. Default 1. */
  readonly cClip?: number;
  /** Weight of the entropy's gradient; a number or a schedule over training. Default 0. */
  readonly entropy?: number | Schedule;
  /** Times (vₜ − v), the value's δ. Default 1. */
  readonly valueCoefficient?: number;
  /**
   * The policy that learns, for rollouts of another one: ratios and values of the targets are then its own. Values after
   * the end of the rollout and of truncated episodes stay those that were recorded. Default: the rollout's own policy,
   * as in `train`, where ratios are 1 when a rollout is prepared and move away over its minibatches and epochs.
   */
  readonly policy?: Pick<Policy, "forward" | "distribution">;
}

type Targets = { readonly advantage: Float32Array; readonly return: Float32Array };

/**
 * The actor-critic of IMPALA (Espeholt et al. 2018, section 4.2): off-policy corrected by V-trace.
 *
 * δ = min(ρ̄, ρ) (r + γ vₜ₊₁ − V) ∂log π(a)/∂y + entropy · ∂H/∂y, with ρ = π(a)/μ(a) at the current outputs; for the
 * value δ = valueCoefficient · (vₜ − v).
 *
 * With ρ̄ = c̄ = ∞ unbiased for the policy's values and its gradient in the states that were visited; with less it learns
 * the values of a policy between π and μ, proportional to min(ρ̄ μ, π), as the paper's theorem 1 says.
 * @throws code `option` for options out of range.
 */
export function vtrace(options: VtraceOptions = {}): Estimator<Targets> {
  const { gamma = 0.99, lambda = 1, rhoClip = 1, cClip = 1, entropy = 0, valueCoefficient = 1 } = options;
  const { policy } = options;
  checkFractions("vtrace", { gamma, lambda });
  checkPositive("vtrace", { rhoClip, cClip });
  checkNonNegative("vtrace", { valueCoefficient });
  const bonus = entropyBonus("vtrace", entropy);
  return defineEstimator<Targets>({
    name: "vtrace",
    requires: [
      "reward",
      "action",
      "logProb",
      "value",
      "nextValue",
      ...(policy === undefined ? [] : (["observation"] as const)),
    ],
    prepare(rollout) {
      const now = policy === undefined ? onPolicy(rollout) : offPolicy(rollout, policy);
      return { ...vtraceTargets({ ...sequencesOf(rollout), ...now }, { gamma, lambda, rhoClip, cClip }) };
    },
    scalars: bonus.scalars,
    delta(batch, outputs) {
      const { distribution, action, targets } = batch;
      const weight = mul(minimum(ratioOf(batch), rhoClip), targets.advantage);
      const deltas = bonus.addTo(scoreDeltas(distribution.score(action), weight), batch);
      return { ...deltas, value: mul(sub(targets.return, outputs.value!), valueCoefficient) };
    },
    diagnose: (batch, outputs) => ({
      entropy: batch.distribution.entropy().mean(),
      ratio: mean(ratioOf(batch)),
      valueError: mean(square(sub(batch.targets.return, outputs.value!))),
    }),
  });
}

type Correction = {
  readonly ratio: Float32Array;
  readonly value: Float32Array;
  readonly nextValue: Float32Array;
};

function sequencesOf({
  steps,
  numEnvs,
  reward,
  terminated,
  truncated,
}: Rollout): Pick<Rollout, "steps" | "numEnvs" | "reward" | "terminated" | "truncated"> {
  return { steps, numEnvs, reward, terminated, truncated };
}

function onPolicy({ value, nextValue }: Rollout): Correction {
  return { ratio: new Float32Array(value.length).fill(1), value, nextValue };
}

function offPolicy(rollout: Rollout, policy: Pick<Policy, "forward" | "distribution">): Correction {
  const { observation, action, mask, numEnvs, terminated, truncated } = rollout;
  const rows = rollout.steps * numEnvs;
  const upload = ({ values, size, scalar }: RolloutColumn): Tensor =>
    tensor(values, { shape: scalar ? [rows] : [rows, size] });
  return tidy(() =>
    noGrad(() => {
      const outputs = policy.forward(upload(observation));
      const distribution = policy.distribution(outputs, mask === undefined ? {} : { mask: upload(mask) });
      const logProb = distribution.logProb(upload(action)).dataSync();
      const value = outputs.value!.dataSync() as Float32Array;
      const follows = (i: number): boolean => i + numEnvs < rows && terminated[i] !== 1 && truncated[i] !== 1;
      return {
        ratio: rollout.logProb.map((acted, i) => Math.exp(logProb[i]! - acted)),
        value,
        nextValue: rollout.nextValue.map((recorded, i) => (follows(i) ? value[i + numEnvs]! : recorded)),
      };
    }),
  );
}
