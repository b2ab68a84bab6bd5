import { GradbridgeError, type WasmBuild } from "@gradbridge/core";
import { z } from "zod";
import { type ApplyMode, applyModes } from "../applying/apply-delta.ts";
import { type EstimatorName, estimators } from "../estimators/registry.ts";
import { type ScheduleShape, scheduleShapes } from "./schedules.ts";
import { estimatorSettings, tunedSettings } from "./tuned-settings.ts";

const count = z.int().positive();
const fraction = z.number().min(0).max(1);
const estimatorNames = Object.keys(estimators) as [EstimatorName, ...EstimatorName[]];

/** Everything about a training run that is plain data; it is saved as `config.json` and in checkpoints. */
export interface TrainSettings {
  readonly estimator: EstimatorName;
  /** How δ is applied. */
  readonly apply: ApplyMode;
  /** ỹ of the surrogate. */
  readonly anchor: "current" | "behavior";
  /** Total environment steps; rounded up to whole rollouts. */
  readonly steps: number;
  readonly seed: number;
  readonly device: string;
  /** Threads that share compiled steps, on `wasm`; null for what the device was started with. Results do not depend on it. */
  readonly threads: number | null;
  /**
   * Which of its kernels `wasm` runs: `baseline`, `relaxed` or `wide` (the bits of `relaxed`, faster, from Node 24 on); null for
   * what the device was started with.
   */
  readonly build: WasmBuild | null;
  readonly numEnvs: number;
  /** T: steps per environment in one rollout. */
  readonly rolloutSteps: number;
  /** Rows per optimizer step; all rows of the rollout where it has fewer. */
  readonly minibatchSize: number;
  /** Passes over each rollout. */
  readonly epochs: number;
  readonly learningRate: number;
  /** From `learningRate` to 0 over training, along a line or half a cosine; or constant. */
  readonly learningRateSchedule: ScheduleShape;
  readonly gamma: number;
  readonly lambda: number;
  /** How far PPO's ratio may leave 1. */
  readonly clip: number;
  readonly clipSchedule: ScheduleShape;
  /** Weight of the entropy's gradient. */
  readonly entropy: number;
  readonly entropySchedule: ScheduleShape;
  /**
   * Ends the epochs of a rollout once the mean `approxKl` of an epoch is above 1.5 times this, as Stable-Baselines3;
   * for estimators that diagnose it (ppo). null for no limit.
   */
  readonly targetKl: number | null;
  /** Times (return − v), the value's δ. */
  readonly valueCoefficient: number;
  /** How far PPO's value may leave the one that acted; null for no limit. */
  readonly valueClip: number | null;
  /** Standardize advantages (ppo, actorCritic, awr, naturalGradient) or divide them by their deviation (reinforce). */
  readonly normalizeAdvantage: boolean;
  /** What REINFORCE subtracts from the return: nothing, the mean over the rollout, or the policy's value. */
  readonly baseline: "none" | "mean" | "value";
  /** Neighbouring environments that rloo and grpo compare; null for all of them. */
  readonly groupSize: number | null;
  /** β of awr: small values imitate only the best actions. */
  readonly temperature: number;
  /** Joint norm that the gradients of all parameters are clipped to. */
  readonly maxGradNorm: number;
  /** Shift and scale each element of the observations to mean 0, variance 1 of those seen in training, within ± 10. */
  readonly normalizeObservation: boolean;
  /** Divide rewards by the standard deviation of the discounted return in training, within ± 10. */
  readonly normalizeReward: boolean;
  /** Sizes of the hidden layers. */
  readonly hidden: readonly number[];
  readonly activation: "tanh" | "relu";
  /** log σ at the start, for continuous actions. */
  readonly initialLogStd: number;
  /** Where log σ of continuous actions comes from: a parameter, the same in every state, or the network. */
  readonly logStd: "parameter" | "network";
  /** Draw continuous actions before tanh and stretch it over their bounds, instead of clipping them to the bounds. */
  readonly squash: boolean;
  /**
   * Explore continuous actions with noise that depends on the state and is drawn anew after so many steps, and with
   * every rollout (Raffin et al. 2020, "gSDE"); not with `squash` or log σ of the network. null for independent noise.
   */
  readonly noiseEvery: number | null;
  /** Choose only among the actions that the environments' `info.actionMask` allows. */
  readonly actionMask: boolean;
  /** Episodes of the evaluation at the end; 0 for none. */
  readonly evalEpisodes: number;
  /** Environment i of an evaluation is seeded with evalSeed + i. */
  readonly evalSeed: number;
  /** Environment steps between evaluations during training; 0 for none. */
  readonly evalEvery: number;
}

/** Checks {@link TrainSettings}. */
export const settingsSchema: z.ZodType<TrainSettings> = z.strictObject({
  estimator: z.enum(estimatorNames),
  apply: z.enum(applyModes),
  anchor: z.enum(["current", "behavior"]),
  steps: count,
  seed: z.int().nonnegative(),
  device: z.string(),
  threads: count.max(64).nullable(),
  build: z.enum(["baseline", "relaxed", "wide"]).nullable(),
  numEnvs: count,
  rolloutSteps: count,
  minibatchSize: count,
  epochs: count,
  learningRate: z.number().positive(),
  learningRateSchedule: z.enum(scheduleShapes),
  gamma: fraction,
  lambda: fraction,
  clip: z.number().positive(),
  clipSchedule: z.enum(scheduleShapes),
  entropy: z.number().nonnegative(),
  entropySchedule: z.enum(scheduleShapes),
  targetKl: z.number().positive().nullable(),
  valueCoefficient: z.number().nonnegative(),
  valueClip: z.number().positive().nullable(),
  normalizeAdvantage: z.boolean(),
  baseline: z.enum(["none", "mean", "value"]),
  groupSize: count.nullable(),
  temperature: z.number().positive(),
  maxGradNorm: z.number().positive(),
  normalizeObservation: z.boolean(),
  normalizeReward: z.boolean(),
  hidden: z.array(count),
  activation: z.enum(["tanh", "relu"]),
  initialLogStd: z.number(),
  logStd: z.enum(["parameter", "network"]),
  squash: z.boolean(),
  noiseEvery: count.nullable(),
  actionMask: z.boolean(),
  evalEpisodes: z.int().nonnegative(),
  evalSeed: z.int().nonnegative(),
  evalEvery: z.int().nonnegative(),
});

/** Settings for any environment: PPO as Stable-Baselines3 has it by default, with four environments. */
export const defaultSettings: TrainSettings = {
  estimator: "ppo",
  apply: "seed",
  anchor: "current",
  steps: 100_000,
  seed: 1,
  device: "wasm",
  threads: null,
  build: null,
  numEnvs: 4,
  rolloutSteps: 512,
  minibatchSize: 64,
  epochs: 10,
  learningRate: 3e-4,
  learningRateSchedule: "constant",
  gamma: 0.99,
  lambda: 0.95,
  clip: 0.2,
  clipSchedule: "constant",
  entropy: 0,
  entropySchedule: "constant",
  targetKl: null,
  valueCoefficient: 1,
  valueClip: null,
  normalizeAdvantage: true,
  baseline: "value",
  groupSize: null,
  temperature: 1,
  maxGradNorm: 0.5,
  normalizeObservation: false,
  normalizeReward: false,
  hidden: [64, 64],
  activation: "tanh",
  initialLogStd: 0,
  logStd: "parameter",
  squash: false,
  noiseEvery: null,
  actionMask: false,
  evalEpisodes: 100,
  evalSeed: 10_000,
  evalEvery: 0,
};

/**
 * Defaults, then what is tuned for the environment (`plugin` defaults of its own included), then `given`. A tuned
 * `noiseEvery` gives way to `squash` or log σ of the network, with which it cannot be.
 * @throws code `settings` with one line per wrong value: what came and what is allowed.
 */
export function resolveSettings(
  environment: string | null,
  given: { readonly [name: string]: unknown },
  plugin: { readonly [name: string]: unknown } = {},
): TrainSettings {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const estimator = String(defined.estimator ?? defaultSettings.estimator);
  const merged = {
    ...defaultSettings,
    ...estimatorSettings[estimator],
    ...(environment === null ? {} : tunedSettings[environment]?.[estimator]),
    ...plugin,
    ...(defined.squash === true || defined.logStd === "network" ? { noiseEvery: null } : {}),
    ...defined,
  };
  const parsed = settingsSchema.safeParse(merged);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    if (issue.code === "unrecognized_keys") return `unknown setting ${issue.keys.join(", ")}`;
    const name = issue.path.join(".");
    return `${name} = ${JSON.stringify(valueAt(merged, issue.path))}: ${issue.message}`;
  });
  throw new GradbridgeError("settings", `Wrong settings: ${lines.join("; ")}.`);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
}
