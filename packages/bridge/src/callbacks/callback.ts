import { GradbridgeError } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import type { Estimator } from "../estimators/estimator.ts";
import type { Evaluation } from "../evaluation/evaluate.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import type { Checkpoint } from "../training/checkpoint.ts";
import type { TrainSettings } from "../training/settings.ts";

/** One rollout and what learned from it. */
export interface LearnedFrom {
  readonly rollout: Rollout;
  /** The policy that acted in it: it sees observations as the rollout holds them. Its parameters are the current ones. */
  readonly policy: Policy;
  readonly estimator: Estimator;
}

/** What a training run looks like from outside, now. */
export interface TrainingContext {
  readonly settings: TrainSettings;
  readonly policy: Policy;
  /** Environment steps taken. */
  readonly steps: number;
  /** Rollouts learned from. */
  readonly update: number;
  /** The latest update's rollout, to be looked at; null before the first. */
  readonly learned: LearnedFrom | null;
  /** Everything needed to continue from here. */
  checkpoint(): Promise<Checkpoint>;
  /** Ends the run after this update; the reason is in its result. */
  stop(reason: string): void;
  /** Where the newest checkpoint was saved; null before the first. Whoever saves one sets it. */
  lastCheckpoint: string | null;
}

/** One line of the log: numbers by name, always `update`, `steps`, `seconds` and `episodes`. */
export interface ProgressRecord {
  readonly update: number;
  readonly steps: number;
  /** Seconds spent training, evaluations not counted. The only number that differs between two equal runs. */
  readonly seconds: number;
  /** Episodes finished since the start. */
  readonly episodes: number;
  /** Mean undiscounted return of the last 100 episodes; null before the first. */
  readonly returnMean: number | null;
  /** Mean length of the last 100 episodes; null before the first. */
  readonly lengthMean: number | null;
  readonly learningRate: number;
  /** Joint norm of the gradients before clipping, mean over the update's optimizer steps. */
  readonly gradNorm: number;
  /** Whatever the estimator's `diagnose` says; with `apply: "surrogate"` also `proximalShare.OUTPUT` and `roundingError.OUTPUT`. */
  readonly [diagnostic: string]: number | null;
}

/** How a training run ended. */
export interface TrainingEnd {
  /** `done`, `aborted`, the reason given to `stop`, or `failed`. */
  readonly reason: string;
  /** What went wrong, where it failed. */
  readonly error?: unknown;
}

/** Watches a training run. Every method is optional and may return a promise, which is awaited. */
export interface Callback {
  readonly name: string;
  onStart?(context: TrainingContext): void | Promise<void>;
  onUpdate?(context: TrainingContext, record: ProgressRecord): void | Promise<void>;
  onEvaluation?(context: TrainingContext, evaluation: Evaluation): void | Promise<void>;
  /**
   * Something that is worth a sentence and no reason to stop: that rounding takes a part of δ in the surrogate, told once
   * a run. Where no callback has this method, `console.warn` says it.
   */
  onWarning?(context: TrainingContext, message: string): void | Promise<void>;
  /** Called once, however the run ends. */
  onEnd?(context: TrainingContext, end: TrainingEnd): void | Promise<void>;
}

/**
 * Checks a callback of your own and returns it.
 * @throws code `callback` naming what is wrong.
 */
export function defineCallback(callback: Callback): Callback {
  if (typeof callback?.name !== "string" || callback.name === "") {
    throw new GradbridgeError("callback", "defineCallback: name must be a non-empty string.");
  }
  for (const method of ["onStart", "onUpdate", "onEvaluation", "onWarning", "onEnd"] as const) {
    if (callback[method] !== undefined && typeof callback[method] !== "function") {
      throw new GradbridgeError("callback", `defineCallback: ${callback.name}.${method} must be a function.`);
    }
  }
  return callback;
}
