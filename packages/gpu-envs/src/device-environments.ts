import { GradbridgeError, noGrad, type Tensor, zeros } from "@gradbridge/core";
import { advantages } from "./advantages.ts";
import { type EnvironmentKernels, environmentKernels } from "./environment-kernels.ts";
import { keep, sampleCategorical, sampleGaussian } from "./sampling.ts";
import type { Simulation } from "./simulation.ts";

/** What a policy puts out for [B, observationSize]: the parameters of its actions' distribution, and perhaps a value. */
export type ActingOutputs = { readonly [name: string]: Tensor };

/** T steps of B environments, on the device; overwritten by the next `collect`. */
export type DeviceRollout = {
  /** [T · B, observationSize] */
  readonly observation: Tensor;
  /** [T · B] int32, or [T · B, actionSize] */
  readonly action: Tensor;
  /** log π(action), [T · B] */
  readonly logProb: Tensor;
  /** [T · B] */
  readonly reward: Tensor;
  /** int32 [T · B]: 0, 1 where the episode terminated, 2 where it was cut off. */
  readonly ended: Tensor;
  /** What followed, before any new episode began, [T · B, observationSize]. */
  readonly next: Tensor;
};

/** Options of {@link deviceEnvironments}. */
export interface DeviceEnvironmentsOptions {
  /** B. */
  readonly numEnvs: number;
  /** T: steps of one rollout. */
  readonly steps: number;
  /** Of all random numbers: starts and actions. Default 0. */
  readonly seed?: number;
}

/** Environments on the current device; a rollout reads nothing back. */
export interface DeviceEnvironments {
  readonly simulation: Simulation;
  readonly numEnvs: number;
  readonly steps: number;
  /** What the environments show now, [B, observationSize]. */
  readonly observation: Tensor;
  /** Where they are: `state` [B, stateSize], and `counters` int32 [B, 3]: steps of the episode, episodes begun, steps in all. */
  readonly state: Tensor;
  readonly counters: Tensor;
  /**
   * T steps: at each one `forward` gives `logits` [B, n], or `mean` and `logStd` [B, d], and an action is drawn from them.
   * All that changes from step to step is on the device, so that `compile(() => environments.collect(forward))` is one submission.
   */
  collect(forward: (observation: Tensor) => ActingOutputs): DeviceRollout;
}

/**
 * A simulation, `numEnvs` times, on the current device. On `webgpu` everything runs there: thousands of environments step
 * and act without a byte coming back. Elsewhere the same kernels run in JavaScript, to test with.
 *
 * The same seed gives the same starts and the same random numbers for actions on every device; trajectories agree up to
 * the rounding of float32.
 */
export function deviceEnvironments(
  simulation: Simulation,
  options: DeviceEnvironmentsOptions,
): DeviceEnvironments {
  const { numEnvs, steps, seed = 0 } = options;
  for (const [name, value] of Object.entries({ numEnvs, steps })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new GradbridgeError(
        "option",
        `deviceEnvironments: ${name} must be a positive integer, got ${value}.`,
      );
    }
  }
  const { stateSize, observationSize, actionSize, choices } = simulation;
  const kernels = kernelsOf(simulation);
  const rows = steps * numEnvs;
  const state = zeros([numEnvs, stateSize]);
  const counters = zeros([numEnvs, 3], { dtype: "int32" });
  const observation = zeros([numEnvs, observationSize]);
  const rollout: DeviceRollout = {
    observation: zeros([rows, observationSize]),
    action: choices === null ? zeros([rows, actionSize]) : zeros([rows], { dtype: "int32" }),
    logProb: zeros([rows]),
    reward: zeros([rows]),
    ended: zeros([rows], { dtype: "int32" }),
    next: zeros([rows, observationSize]),
  };
  kernels.reset({ state, counters, observation }, { seed }, numEnvs);

  function act({ logits, mean, logStd }: ActingOutputs, row: number): void {
    const { action, logProb } = rollout;
    const numbers = { seed, row, environments: numEnvs };
    if (choices !== null && logits !== undefined) {
      sampleCategorical({ logits, counters, action, logProb }, { ...numbers, choices }, numEnvs);
    } else if (choices === null && mean !== undefined && logStd !== undefined) {
      sampleGaussian({ mean, logStd, counters, action, logProb }, { ...numbers, size: actionSize }, numEnvs);
    } else {
      const needed = choices === null ? "mean and logStd" : "logits";
      throw new GradbridgeError("policy", `collect: the policy of ${simulation.id} must put out ${needed}.`);
    }
  }

  return {
    simulation,
    numEnvs,
    steps,
    observation,
    state,
    counters,
    collect: (forward) =>
      noGrad(() => {
        for (let row = 0; row < steps; row++) {
          const elements = numEnvs * observationSize;
          keep({ values: observation, columns: rollout.observation }, { row, elements }, elements);
          act(forward(observation), row);
          const { action, reward, ended, next } = rollout;
          kernels.step(
            { action, state, counters, observation, reward, ended, next },
            { seed, row, environments: numEnvs },
            numEnvs,
          );
        }
        return rollout;
      }),
  };
}

/** What learning needs besides a rollout. */
export type DeviceTargets = {
  /** [T · B] */
  readonly advantage: Tensor;
  /** Advantage plus value, [T · B]. */
  readonly returns: Tensor;
};

/**
 * Advantages and returns of a rollout, on the device. `value` [T · B] is that of `rollout.observation`, `nextValue` that
 * of `rollout.next`.
 */
export function deviceTargets(
  rollout: Pick<DeviceRollout, "reward" | "ended">,
  values: { readonly value: Tensor; readonly nextValue: Tensor },
  options: { readonly numEnvs: number; readonly gamma: number; readonly lambda: number },
): DeviceTargets {
  const { numEnvs, gamma, lambda } = options;
  const { reward, ended } = rollout;
  const rows = reward.size;
  const targets = { advantage: zeros([rows]), returns: zeros([rows]) };
  const numbers = { gamma, lambda, steps: rows / numEnvs, environments: numEnvs };
  advantages({ reward, ended, ...values, ...targets }, numbers, numEnvs);
  return targets;
}

const known = new WeakMap<Simulation, EnvironmentKernels>();

function kernelsOf(simulation: Simulation): EnvironmentKernels {
  let kernels = known.get(simulation);
  if (kernels === undefined) {
    kernels = environmentKernels(simulation);
    known.set(simulation, kernels);
  }
  return kernels;
}
