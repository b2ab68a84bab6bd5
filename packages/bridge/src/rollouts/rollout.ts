import type { Sequences } from "../recurrences/sequences.ts";

/** One named array of a rollout: `size` numbers per row. */
export interface RolloutColumn {
  readonly values: Float32Array | Int32Array;
  /** Numbers per step and environment; the shape of one row is [size], or [] where `scalar`. */
  readonly size: number;
  readonly scalar: boolean;
}

/**
 * T steps of B environments under one policy: structure of arrays, each [T, B, …] row-major. Row t·B + b is step t of
 * environment b.
 */
export interface Rollout extends Sequences {
  /** What the policy saw, encoded (and normalised) as it sees it, float32. */
  readonly observation: RolloutColumn;
  /** What it did: int32 for discrete actions; continuous ones as drawn, before clipping to the space. */
  readonly action: RolloutColumn;
  /** What it was allowed to do, int32 [choices] of 0 and 1; absent where everything was. */
  readonly mask?: RolloutColumn;
  /** ỹ: the policy's outputs as they were when it acted. */
  readonly outputs: { readonly [output: string]: RolloutColumn };
  /** log π(action) when it acted, [T, B]. */
  readonly logProb: Float32Array;
  /** Rewards, [T, B]; normalised where `collect` was told so. */
  readonly reward: Float64Array;
  /** Whether the policy has a value output; without one `value` and `nextValue` are 0. */
  readonly hasValue: boolean;
  /** Episodes that ended during the rollout, in order. */
  readonly episodes: readonly Episode[];
  /** Where the next rollout continues. */
  readonly end: RolloutPosition;
}

/** A finished episode. */
export interface Episode {
  /** Sum of its rewards, undiscounted, never normalised. */
  readonly return: number;
  readonly length: number;
}

/** Where environments stand between two rollouts. Plain numbers, so that it can be saved. */
export interface RolloutPosition {
  /** Observations as the policy sees them, [B, observationSize]. */
  readonly observation: Float32Array;
  /** Rewards so far in each running episode, [B]. */
  readonly episodeReturn: Float64Array;
  /** Steps so far in each running episode, [B]. */
  readonly episodeLength: Int32Array;
  /** What the environments allow now, [B, choices]; absent where masks are not used. */
  readonly mask?: Int8Array;
}

/** Fields of a rollout that an estimator may require. */
export type RolloutField =
  | "reward"
  | "logProb"
  | "value"
  | "nextValue"
  | "outputs"
  | "action"
  | "observation";

/** All of them. */
export const rolloutFields: readonly RolloutField[] = [
  "observation",
  "outputs",
  "reward",
  "action",
  "logProb",
  "value",
  "nextValue",
];
