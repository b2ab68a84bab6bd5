import { GradbridgeError, type Tensor } from "@gradbridge/core";
import type { Distribution, PolicyOutputs } from "@gradbridge/policy";
import type { Deltas } from "../applying/deltas.ts";
import { type Rollout, type RolloutField, rolloutFields } from "../rollouts/rollout.ts";

/** What an estimator computes once per rollout: one number per step and environment, [T, B], by name. */
export type RolloutTargets = { readonly [name: string]: Float32Array };

/** N rows of a rollout, as tensors. */
export interface Minibatch<Targets extends RolloutTargets = RolloutTargets> {
  /** N. */
  readonly size: number;
  /** [N, observationSize] */
  readonly observation: Tensor;
  /** [N] int32, or [N, d] */
  readonly action: Tensor;
  /** log π(action) when it acted, [N]. */
  readonly logProb: Tensor;
  /** ỹ: the outputs that acted; empty where `requires` does not list `outputs`. */
  readonly behavior: PolicyOutputs;
  /** The distribution at the current outputs. */
  readonly distribution: Distribution;
  /** What `prepare` returned, for these rows, [N] each. */
  readonly targets: { readonly [Name in keyof Targets]: Tensor };
  /** What `scalars` returned, as scalar tensors. */
  readonly scalars: { readonly [name: string]: Tensor };
}

/** Scalars worth logging, by name. */
export type Diagnostics = { readonly [name: string]: Tensor };

/** Turns rewards into δ. Pure: the same rollout gives the same answer. */
export interface Estimator<Targets extends RolloutTargets = RolloutTargets> {
  readonly name: string;
  /** What a rollout must hold; checked once, before training. */
  readonly requires: readonly RolloutField[];
  /** Once per rollout: returns, advantages. */
  prepare(rollout: Rollout): Targets;
  /**
   * Optional, in the place of `prepare` for work that takes time, such as asking another program: training awaits it
   * where it is there.
   */
  prepareAsync?(rollout: Rollout): Promise<Targets>;
  /**
   * Optional: numbers that change over training, such as a clip range; `progress` runs from 0 to 1. They reach `delta`
   * as scalar tensors, so that a compiled step sees them change.
   */
  scalars?(progress: number): { readonly [name: string]: number };
  /**
   * Once per minibatch: the improvement direction of each output, at the current outputs. No gradient is recorded.
   * Training runs it once and replays its kernels, so it must depend on its arguments alone; where it reads values on
   * the host, or returns an array, training runs it every time.
   */
  delta(batch: Minibatch<Targets>, outputs: PolicyOutputs): Deltas;
  /** Optional: scalars about the same minibatch, for the log. */
  diagnose?(batch: Minibatch<Targets>, outputs: PolicyOutputs): Diagnostics;
}

/**
 * Checks an estimator of your own and returns it.
 * @throws code `estimator` naming what is missing.
 */
export function defineEstimator<Targets extends RolloutTargets>(
  estimator: Estimator<Targets>,
): Estimator<Targets> {
  const problems: string[] = [];
  if (typeof estimator?.name !== "string" || estimator.name === "")
    problems.push("name must be a non-empty string");
  if (!Array.isArray(estimator?.requires)) problems.push("requires must be a list of rollout fields");
  else {
    const unknown = estimator.requires.filter((field) => !rolloutFields.includes(field));
    if (unknown.length > 0) {
      problems.push(`requires names ${unknown.join(", ")}; a rollout has ${rolloutFields.join(", ")}`);
    }
  }
  if (typeof estimator?.prepare !== "function")
    problems.push("prepare must be a function (rollout) => targets");
  if (typeof estimator?.delta !== "function")
    problems.push("delta must be a function (batch, outputs) => deltas");
  for (const method of ["prepareAsync", "scalars", "diagnose"] as const) {
    const given = estimator?.[method];
    if (given !== undefined && typeof given !== "function") problems.push(`${method} must be a function`);
  }
  const name = typeof estimator?.name === "string" ? ` ${estimator.name}` : "";
  if (problems.length > 0)
    throw new GradbridgeError("estimator", `defineEstimator${name}: ${problems.join("; ")}.`);
  return estimator;
}

/** A column vector [N, 1] of a row weight [N], to multiply a score [N, n] with. */
export function column(weight: Tensor): Tensor {
  return weight.reshape([-1, 1]);
}
