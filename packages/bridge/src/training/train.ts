import { GradbridgeError, setDevice } from "@gradbridge/core";
import { pluginEnvironment } from "@gradbridge/envs";
import type { Policy } from "@gradbridge/policy";
import type { VectorEnv } from "gymnasium-js";
import {
  type Callback,
  defineCallback,
  type ProgressRecord,
  type TrainingEnd,
} from "../callbacks/callback.ts";
import { defineEstimator, type Estimator } from "../estimators/estimator.ts";
import { type EnvSource, type Evaluation, evaluate } from "../evaluation/evaluate.ts";
import { checkMaskable } from "../rollouts/check-maskable.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { makeEstimator } from "./make-estimator.ts";
import { makePolicy } from "./make-policy.ts";
import { makeTrainingEnvs, type TrainingEnv } from "./make-training-envs.ts";
import { resolveSettings, type TrainSettings } from "./settings.ts";
import { surrogateWarnings } from "./surrogate-diagnostics.ts";
import { TrainingRun } from "./training-run.ts";

/** What to train, in what, how. Settings left out are those tuned for the environment
 * where that is known, or recommended by its plugin. */
export interface TrainConfig extends Partial<Omit<TrainSettings, "estimator">> {
  readonly env: TrainingEnv;
  /** A name, or an estimator of your own. Default `ppo`. */
  readonly estimator?: TrainSettings["estimator"] | Estimator;
  /** Default: an `actorCritic` that fits the environment's spaces. */
  readonly policy?: Policy;
  readonly callbacks?: readonly Callback[];
  /** Continue this run exactly; settings given beside it replace those it was saved with. */
  readonly resume?: Checkpoint;
  /** Ends the run after the current update when it is aborted. */
  readonly signal?: AbortSignal;
}

/** A finished run. */
export interface TrainResult {
  readonly policy: Policy;
  readonly settings: TrainSettings;
  /** Environment steps taken in total. */
  readonly steps: number;
  readonly updates: number;
  /** Seconds of training: no start-up, no evaluation. */
  readonly seconds: number;
  readonly stepsPerSecond: number;
  /** `done`, `aborted`, or the reason a callback gave. */
  readonly reason: string;
  /** The evaluation at the end; null where none was asked for or the run was aborted. */
  readonly evaluation: Evaluation | null;
}

/**
 * Trains a policy: collect a rollout, turn its rewards into δ, apply it, again. The same seed on the same device gives
 * the same result, bit for bit.
 * @throws code `settings`, `env`, `space`, `estimator`, `callback`, `policy` before anything runs; `non-finite` naming the tensor, the
 *   update and the last checkpoint when a NaN or infinity appears.
 */
export async function train(config: TrainConfig): Promise<TrainResult> {
  const settings = settingsOf(config);
  const callbacks = callbacksOf(config);
  await startDevice(settings);
  const envs = makeTrainingEnvs(config.env, settings.numEnvs);
  let run: TrainingRun | undefined;
  let end: TrainingEnd = { reason: "failed" };
  try {
    run = await startRun(config, settings, envs);
    for (const callback of callbacks) await callback.onStart?.(run);
    const evaluation = await runToEnd(run, config, settings, callbacks);
    end = { reason: run.stopReason ?? "done" };
    return { ...run.summary(), settings, reason: end.reason, evaluation };
  } catch (error) {
    const named = run === undefined ? error : located(error, run);
    end = { reason: "failed", error: named };
    throw named;
  } finally {
    if (run !== undefined) for (const callback of callbacks) await callback.onEnd?.(run, end);
    await envs.close();
  }
}

/**
 * Makes the settings' device the current one, started with their `threads` and `build`.
 * @throws code `device` where it cannot run here or runs already with others; `option` where it has none.
 */
export async function startDevice({ device, threads, build }: TrainSettings): Promise<void> {
  await setDevice(device, { ...(threads !== null && { threads }), ...(build !== null && { build }) });
}

function callbacksOf({ callbacks = [] }: TrainConfig): readonly Callback[] {
  if (!Array.isArray(callbacks)) {
    throw new GradbridgeError("callback", "train: callbacks must be a list, such as [progressBar()].");
  }
  return callbacks.map(defineCallback);
}

function settingsOf(config: TrainConfig): TrainSettings {
  const {
    env,
    estimator,
    policy: _policy,
    callbacks: _callbacks,
    resume,
    signal: _signal,
    ...given
  } = config;
  const name = typeof estimator === "object" ? undefined : estimator;
  const own = env !== null && typeof env === "object" ? { numEnvs: env.numEnvs } : {};
  const id = typeof env === "string" ? env : null;
  return resolveSettings(
    id,
    { ...resume?.settings, ...withoutUndefined(given), ...(name && { estimator: name }), ...own },
    id === null ? undefined : pluginEnvironment(id)?.defaults,
  );
}

function withoutUndefined(record: object): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

async function startRun(config: TrainConfig, settings: TrainSettings, envs: VectorEnv): Promise<TrainingRun> {
  const estimator =
    typeof config.estimator === "object" ? defineEstimator(config.estimator) : makeEstimator(settings);
  const id = typeof config.env === "string" ? config.env : null;
  const run = new TrainingRun({
    settings,
    envs,
    estimator,
    env: id,
    makePolicy: (generator) =>
      config.policy ??
      makePolicy(
        { observationSpace: envs.singleObservationSpace, actionSpace: envs.singleActionSpace },
        settings,
        generator,
      ),
  });
  checkRequirements(estimator, run.policy, settings);
  await run.begin(config.resume);
  return run;
}

function checkRequirements(estimator: Estimator, policy: Policy, { actionMask }: TrainSettings): void {
  if (actionMask) checkMaskable(policy);
  const needsValue = estimator.requires.some((field) => field === "value" || field === "nextValue");
  if (needsValue && !policy.hasValue) {
    throw new GradbridgeError(
      "estimator",
      `${estimator.name} requires ${estimator.requires.join(", ")}, but the policy has no value output. ` +
        "Use actorCritic(), or an estimator without a critic.",
    );
  }
}

async function runToEnd(
  run: TrainingRun,
  config: TrainConfig,
  settings: TrainSettings,
  callbacks: readonly Callback[],
): Promise<Evaluation | null> {
  const source: EnvSource | null = typeof config.env === "object" ? null : config.env;
  const evaluateNow = async (): Promise<Evaluation | null> => {
    if (settings.evalEpisodes === 0 || source === null) return null;
    const evaluation = evaluate(run.policy, source, {
      episodes: settings.evalEpisodes,
      seed: settings.evalSeed,
      actionMask: settings.actionMask,
    });
    for (const callback of callbacks) await callback.onEvaluation?.(run, evaluation);
    return evaluation;
  };
  const { evalEvery } = settings;
  let warned = false;
  while (run.steps < settings.steps && run.stopReason === null) {
    const before = run.steps;
    const record: ProgressRecord = await run.nextUpdate();
    const warnings: string[] = warned ? [] : surrogateWarnings(record);
    warned ||= warnings.length > 0;
    for (const warning of warnings) await warn(run, callbacks, `Update ${record.update}: ${warning}`);
    for (const callback of callbacks) await callback.onUpdate?.(run, record);
    // Multiples of evalEvery, counted from the start of training: a resumed run evaluates where the whole one does.
    const due = evalEvery > 0 && Math.floor(run.steps / evalEvery) > Math.floor(before / evalEvery);
    if (due && run.steps < settings.steps) await evaluateNow();
    await run.yieldToEvents();
    if (config.signal?.aborted && run.steps < settings.steps) run.stop("aborted");
  }
  return run.stopReason === "aborted" ? null : evaluateNow();
}

/** To the callbacks that take warnings; where none does, to the console, which is stderr in Node. */
async function warn(run: TrainingRun, callbacks: readonly Callback[], message: string): Promise<void> {
  const takers = callbacks.filter(({ onWarning }) => onWarning !== undefined);
  if (takers.length === 0) console.warn(message);
  for (const taker of takers) await taker.onWarning!(run, message);
}

/** Says in which update a value stopped being finite, and where the last good checkpoint is. */
function located(error: unknown, run: TrainingRun): unknown {
  if (!(error instanceof GradbridgeError) || error.code !== "non-finite") return error;
  const saved =
    run.lastCheckpoint === null
      ? "No checkpoint was saved yet."
      : `Last good checkpoint: ${run.lastCheckpoint}`;
  return new GradbridgeError(
    "non-finite",
    `Training stopped in update ${run.update + 1}: ${error.message} ${saved}`,
    {
      cause: error,
    },
  );
}
