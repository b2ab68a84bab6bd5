import type { Env, EnvMetadata, Info, RenderFrame, StepBatch } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { requireState } from "../saved-state.ts";
import { checkSeed, type Seed } from "../seeding.ts";
import { batchSpace } from "../spaces/batch-space.ts";
import { Discrete } from "../spaces/discrete.ts";
import { sizeOf } from "../spaces/dtype.ts";
import { type BatchOf, describe, type ElementOf, isArrayLike, type Space } from "../spaces/space.ts";
import { Tuple } from "../spaces/tuple.ts";
import { type StepInto, stepIntoOf } from "../step-into.ts";

import {
  AUTORESET_MODES,
  type AutoresetMode,
  InProcessVectorEnv,
  type VectorActions,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "./vector-env.ts";
import { addInfo } from "./vector-info.ts";

/** Options of {@link SyncVectorEnv}. */
export interface SyncVectorEnvOptions {
  /** When environments start their next episode. */
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays instead of reused ones. */
  readonly copy?: boolean;
}

/**
 * Steps environments one after the other in this process.
 *
 * Environment `i` behaves exactly as it would alone: `reset({ seed })` gives it the seed `seed + i`.
 *
 * Source: `gymnasium.vector.SyncVectorEnv` of Gymnasium 1.3.0.
 */
export class SyncVectorEnv<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends InProcessVectorEnv<Observation, Action> {
  readonly envs: readonly Env<Observation, Action>[];
  readonly numEnvs: number;
  readonly singleObservationSpace: Observation;
  readonly singleActionSpace: Action;
  readonly observationSpace: Space<BatchOf<Observation>>;
  readonly actionSpace: Space<BatchOf<Action>>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: EnvMetadata;
  readonly #copy: boolean;
  readonly #batch: StepBatch<BatchOf<Observation>>;
  readonly #done: Uint8Array;
  readonly #stepInto: readonly StepInto<Observation, Action>[];

  /**
   * @param create - one function per environment that makes it.
   * @throws GymnasiumError `bad-kwarg` for an unknown autoreset mode or no environments, `bad-space` where the spaces
   *   of the environments differ.
   */
  constructor(create: readonly (() => Env<Observation, Action>)[], options: SyncVectorEnvOptions = {}) {
    super();
    this.autoresetMode = requireAutoresetMode(options.autoresetMode);
    if (create.length === 0)
      throw new GymnasiumError("bad-kwarg", "A vector environment needs at least one environment.");
    this.envs = create.map((createOne) => createOne());
    const first = this.envs[0]!;
    this.numEnvs = this.envs.length;
    this.singleObservationSpace = first.observationSpace;
    this.singleActionSpace = first.actionSpace;
    for (const env of this.envs) requireEqualSpaces(first as unknown as Env, env as unknown as Env);
    this.observationSpace = batchSpace(this.singleObservationSpace, this.numEnvs);
    this.actionSpace = batchSpace(this.singleActionSpace, this.numEnvs);
    this.metadata = { ...first.metadata, autoresetMode: this.autoresetMode };
    this.renderMode = first.renderMode;
    this.#copy = options.copy ?? false;
    this.#batch = {
      observations: this.singleObservationSpace.createBatch(this.numEnvs) as BatchOf<Observation>,
      rewards: new Float64Array(this.numEnvs),
      terminated: new Uint8Array(this.numEnvs),
      truncated: new Uint8Array(this.numEnvs),
    };
    this.#done = new Uint8Array(this.numEnvs);
    this.#stepInto = this.envs.map((env) => stepIntoOf(env));
  }

  override reset(options: VectorResetOptions = {}): VectorResetResult<BatchOf<Observation>> {
    const seeds = spreadSeeds(options.seed, this.numEnvs);
    const { mask, rest } = takeResetMask(options.options, this.numEnvs);
    const info: VectorInfo = {};
    for (let i = 0; i < this.numEnvs; i++) {
      if (mask !== null && mask[i] !== 1) continue;
      this.#batch.terminated[i] = 0;
      this.#batch.truncated[i] = 0;
      this.#done[i] = 0;
      addInfo(info, this.#resetOne(i, seeds[i]!, rest), i, this.numEnvs);
    }
    return [this.#observations(), info];
  }

  override step(actions: VectorActions<Action>): VectorStepResult<BatchOf<Observation>> {
    const { rewards, terminated, truncated } = this.#batch;
    const info: VectorInfo = {};
    const readAction = actionReader(this.singleActionSpace, actions, this.numEnvs);
    for (let i = 0; i < this.numEnvs; i++) {
      let told: Info;
      if (this.#done[i] === 1 && this.autoresetMode === "next_step") {
        told = this.#resetOne(i, null, null);
        rewards[i] = 0;
        terminated[i] = 0;
        truncated[i] = 0;
      } else {
        if (this.#done[i] === 1 && this.autoresetMode === "disabled") throw needsReset(i);
        told = this.#stepInto[i]!(readAction(i), this.#batch, i);
      }
      this.#done[i] = terminated[i]! | truncated[i]!;
      if (this.#done[i] === 1 && this.autoresetMode === "same_step") told = this.#finish(i, told, info);
      for (const _key in told) {
        addInfo(info, told, i, this.numEnvs);
        break;
      }
    }
    if (!this.#copy) return [this.#batch.observations, rewards, terminated, truncated, info];
    return [this.#observations(), rewards.slice(), terminated.slice(), truncated.slice(), info];
  }

  /** Keeps the last observation and information of an ended episode in `info`, and starts the next episode. */
  #finish(index: number, told: Info, info: VectorInfo): Info {
    const space = this.singleObservationSpace;
    info.finalObservation ??= space.createBatch(this.numEnvs);
    info._finalObservation ??= new Uint8Array(this.numEnvs);
    (info._finalObservation as Uint8Array)[index] = 1;
    space.writeBatch(info.finalObservation, index, space.readBatch(this.#batch.observations, index));
    addInfo(info, { finalInfo: { ...told } }, index, this.numEnvs);
    this.#done[index] = 0;
    return this.#resetOne(index, null, null);
  }

  #resetOne(index: number, seed: Seed | null, options: Readonly<Record<string, unknown>> | null): Info {
    const [observation, info] = this.envs[index]!.reset({ seed, options });
    this.singleObservationSpace.writeBatch(this.#batch.observations, index, observation);
    return info;
  }

  #observations(): BatchOf<Observation> {
    const { observations } = this.#batch;
    return this.#copy
      ? (this.singleObservationSpace.copyBatch(observations) as BatchOf<Observation>)
      : observations;
  }

  override render(): readonly (RenderFrame | readonly RenderFrame[] | null)[] {
    return this.envs.map((env) => env.render());
  }

  protected override closeExtras(): void {
    for (const env of this.envs) env.close();
  }

  /** Every environment's state and which ones reset at the next step. Throws `unsupported` if one has no state. */
  override state(): JsonValue {
    return {
      done: Array.from(this.#done),
      envs: this.envs.map((env) => {
        if (env.state !== undefined) return env.state();
        throw new GymnasiumError("unsupported", `${env} has no state(); write state and restore to save it.`);
      }),
    };
  }

  /** Continues from {@link state}; the arrays of the last observations are not part of it. */
  override restore(state: JsonValue): void {
    const { done, envs } = requireState(this, state, ["done", "envs"]);
    if (!Array.isArray(envs) || envs.length !== this.numEnvs) {
      throw new GymnasiumError("bad-state", `${this} restores the state of ${this.numEnvs} environments.`);
    }
    this.envs.forEach((env, i) => {
      env.restore?.(envs[i] as JsonValue);
    });
    this.#done.set(done as readonly number[]);
  }
}

/** The given mode, `"next_step"` by default. Throws `bad-kwarg` for an unknown one. */
export function requireAutoresetMode(mode: AutoresetMode | undefined): AutoresetMode {
  if (mode === undefined || AUTORESET_MODES.includes(mode)) return mode ?? "next_step";
  throw new GymnasiumError(
    "bad-kwarg",
    `autoresetMode is one of ${AUTORESET_MODES.join(", ")}, got ${describe(mode)}.`,
  );
}

/** One seed for each environment: `seed + i`, or the given list. Throws `bad-seed`. */
export function spreadSeeds(seed: VectorResetOptions["seed"], numEnvs: number): (Seed | null)[] {
  if (seed == null) return new Array<null>(numEnvs).fill(null);
  if (!Array.isArray(seed)) {
    checkSeed(seed);
    return Array.from({ length: numEnvs }, (_, i) =>
      typeof seed === "bigint" ? seed + BigInt(i) : seed + i,
    );
  }
  if (seed.length !== numEnvs) {
    throw new GymnasiumError(
      "bad-seed",
      `A list of seeds has one for each of ${numEnvs} environments, got ${seed.length}.`,
    );
  }
  return [...seed];
}

/** Separates `resetMask` from the options that go to the environments. Throws `bad-option`. */
export function takeResetMask(
  options: VectorResetOptions["options"],
  numEnvs: number,
): { mask: ArrayLike<number> | null; rest: Readonly<Record<string, unknown>> | null } {
  if (options == null || !("resetMask" in options)) return { mask: null, rest: options ?? null };
  const { resetMask, ...rest } = options;
  const mask = isArrayLike(resetMask) ? Array.from(resetMask, Number) : null;
  if (
    mask === null ||
    mask.length !== numEnvs ||
    !mask.every((m) => m === 0 || m === 1) ||
    !mask.includes(1)
  ) {
    throw new GymnasiumError(
      "bad-option",
      `options.resetMask has one 0 or 1 for each of ${numEnvs} environments, at least one 1; got ${describe(resetMask)}.`,
    );
  }
  return { mask, rest: Object.keys(rest).length === 0 ? null : rest };
}

/** The error of stepping an ended episode with autoreset disabled. */
export function needsReset(index: number): GymnasiumError {
  return new GymnasiumError(
    "reset-needed",
    `The episode of environment ${index} ended and autoreset is disabled: call reset({ options: { resetMask } }) first.`,
  );
}

/**
 * Reads the action of each environment from a batch, or from a list of one action for each.
 *
 * @throws GymnasiumError `invalid-action` where the batch has another length.
 */
export function actionReader<Action extends Space>(
  space: Action,
  actions: VectorActions<Action>,
  numEnvs: number,
): (index: number) => ElementOf<Action> {
  const isList = Array.isArray(actions) && !(space instanceof Tuple);
  const length = isList ? numEnvs : space.shape === null ? null : numEnvs * sizeOf(space.shape);
  if (length !== null && (actions as ArrayLike<unknown>).length !== length) {
    throw new GymnasiumError(
      "invalid-action",
      `Expected the actions of ${numEnvs} environments over ${space}, got ${describe(actions)}.`,
    );
  }
  if (isList || space instanceof Discrete) return (index) => (actions as ElementOf<Action>[])[index]!;
  return (index) => space.readBatch(actions, index) as ElementOf<Action>;
}

function requireEqualSpaces(first: Env, env: Env): void {
  for (const name of ["observationSpace", "actionSpace"] as const) {
    if (!env[name].equals(first[name])) {
      throw new GymnasiumError(
        "bad-space",
        `All environments need the same ${name}, got ${first[name]} and ${env[name]}.`,
      );
    }
  }
}
