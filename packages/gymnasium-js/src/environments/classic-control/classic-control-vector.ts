import type { Generator, PCG64State } from "@gradbridge/random";
import { z } from "zod";
import type { Env, EnvMetadata, RgbFrame } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { checkSeed, createGenerator, type Seed } from "../../seeding.ts";
import { batchSpace } from "../../spaces/batch-space.ts";
import type { Box } from "../../spaces/box.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { type BatchOf, describe, isArrayLike, type Space } from "../../spaces/space.ts";
import { needsReset, takeResetMask } from "../../vector/sync-vector-env.ts";
import {
  AUTORESET_MODES,
  type AutoresetMode,
  InProcessVectorEnv,
  type VectorActions,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "../../vector/vector-env.ts";

/** Arguments that all vector environments of classic control take. */
export interface ClassicControlVectorKwargs {
  readonly numEnvs?: number;
  /** Steps after which an episode is truncated; by default those of the newest registered version. */
  readonly maxEpisodeSteps?: number;
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays instead of reused ones. */
  readonly copy?: boolean;
  readonly renderMode?: string | null;
}

/** How {@link ClassicControlVectorKwargs} are checked, for `parseKwargs`. */
export function vectorKwargs(maxEpisodeSteps: number): {
  numEnvs: z.ZodDefault<z.ZodInt>;
  maxEpisodeSteps: z.ZodDefault<z.ZodInt>;
  autoresetMode: z.ZodDefault<z.ZodType<AutoresetMode>>;
  copy: z.ZodDefault<z.ZodBoolean>;
} {
  return {
    numEnvs: z.int().positive().default(1),
    maxEpisodeSteps: z.int().positive().default(maxEpisodeSteps),
    autoresetMode: z.literal(AUTORESET_MODES).default("next_step"),
    copy: z.boolean().default(false),
  };
}

/** The bounds of one uniformly drawn place of a starting state. */
export type StartBounds = readonly [low: number, high: number];

/**
 * Many environments of one kind in one loop over typed arrays: everything but the physics. A subclass says how states
 * start ({@link startBounds}, {@link begin}), move ({@link advance}) and look ({@link observe}, {@link draw}).
 *
 * One generator starts all of them, so the trajectories are not those of single environments: `reset({ seed })` takes
 * one seed, and the places of the state are drawn one after the other, each for all environments that start.
 * Environments that start anew are drawn together in the same order. With `numEnvs` 1 all is as in a single one.
 *
 * Source: the scheme of `CartPoleVectorEnv` of Gymnasium 1.3.0, which has the autoreset mode `"next_step"` only.
 */
export abstract class ClassicControlVectorEnv<Action extends Discrete | Box> extends InProcessVectorEnv<
  Box,
  Action
> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Box;
  readonly singleActionSpace: Action;
  readonly observationSpace: Space<Float32Array>;
  readonly actionSpace: Space<BatchOf<Action>>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: EnvMetadata;
  readonly maxEpisodeSteps: number;
  /** The states, `[numEnvs × stateSize]`. */
  protected readonly physics: Float64Array;
  /** `[numEnvs × size of an observation]` */
  protected readonly observations: Float32Array;
  protected readonly rewards: Float64Array;
  protected readonly terminated: Uint8Array;
  /** 1 where the episode ended in the last step: {@link advance} leaves these environments alone. */
  protected readonly done: Uint8Array;
  readonly #truncated: Uint8Array;
  readonly #elapsed: Int32Array;
  /** Which environments start anew, and the float32 actions of a `Box`; working memory. */
  readonly #restarting: Int32Array;
  readonly #forces: Float32Array;
  readonly #stateSize: number;
  readonly #copy: boolean;
  #random: Generator | null = null;
  #bounds: readonly StartBounds[] = [];
  #hasState = false;

  /**
   * @param single - one such environment: its spaces and metadata are taken.
   * @param stateSize - how many numbers the state of one environment has.
   */
  constructor(single: Env<Box, Action>, stateSize: number, kwargs: Required<ClassicControlVectorKwargs>) {
    super();
    const { numEnvs } = kwargs;
    this.numEnvs = numEnvs;
    this.maxEpisodeSteps = kwargs.maxEpisodeSteps;
    this.autoresetMode = kwargs.autoresetMode;
    this.renderMode = kwargs.renderMode;
    this.metadata = { ...single.metadata, autoresetMode: kwargs.autoresetMode };
    this.singleObservationSpace = single.observationSpace;
    this.singleActionSpace = single.actionSpace;
    this.observationSpace = batchSpace(single.observationSpace, numEnvs);
    this.actionSpace = batchSpace<Action>(single.actionSpace, numEnvs);
    this.physics = new Float64Array(numEnvs * stateSize);
    this.observations = new Float32Array(numEnvs * single.observationSpace.size);
    this.rewards = new Float64Array(numEnvs);
    this.terminated = new Uint8Array(numEnvs);
    this.done = new Uint8Array(numEnvs);
    this.#truncated = new Uint8Array(numEnvs);
    this.#elapsed = new Int32Array(numEnvs);
    this.#restarting = new Int32Array(numEnvs);
    this.#forces = new Float32Array(numEnvs);
    this.#stateSize = stateSize;
    this.#copy = kwargs.copy;
  }

  /**
   * The bounds of the first places of a starting state, as the options of `reset` say; they hold until the next `reset`.
   *
   * @throws GymnasiumError `bad-option`
   */
  protected abstract startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[];

  /** Completes the state of environment `index`, whose first places were just drawn. */
  protected abstract begin(index: number): void;

  /** Writes the observation of environment `index` to {@link observations}. */
  protected abstract observe(index: number): void;

  /**
   * Moves every environment that is not {@link done}: writes {@link physics}, {@link observations}, {@link rewards} and
   * {@link terminated}.
   *
   * @param actions - checked; of a `Box` rounded to float32, one number for each environment.
   */
  protected abstract advance(actions: ArrayLike<number>): void;

  /** The picture of environment `index`. */
  protected abstract draw(index: number): RgbFrame;

  /** @throws GymnasiumError `bad-seed`, `bad-option`; `reset-needed` for a first reset with a mask. */
  override reset({ seed, options }: VectorResetOptions = {}): VectorResetResult<Float32Array> {
    if (seed != null) checkSeed(seed);
    const { mask, rest } = takeResetMask(options, this.numEnvs);
    if (!this.#hasState && mask !== null && Array.from(mask).includes(0))
      throw resetNeeded("reset with a mask");
    this.#bounds = this.startBounds(rest);
    if (seed != null || this.#random === null) {
      this.#random = createGenerator(seed as Seed | null | undefined).generator;
    }
    this.#hasState = true;
    this.#restartAll(mask);
    return [this.#copy ? this.observations.slice() : this.observations, {}];
  }

  /** @throws GymnasiumError `invalid-action`, `reset-needed`; nothing has moved then. */
  override step(actions: VectorActions<Action>): VectorStepResult<Float32Array> {
    const { numEnvs, maxEpisodeSteps, done, rewards, terminated } = this;
    const truncated = this.#truncated;
    const elapsed = this.#elapsed;
    const restarting = this.#restarting;
    if (!this.#hasState) throw resetNeeded("step");
    if (this.autoresetMode === "disabled" && done.includes(1)) throw needsReset(done.indexOf(1));
    this.advance(this.#checkActions(actions as ArrayLike<unknown>));
    let pending = 0;
    let anyEnded = 0;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) {
        restarting[pending++] = i;
        rewards[i] = 0;
        terminated[i] = 0;
        truncated[i] = 0;
        continue;
      }
      const steps = elapsed[i]! + 1;
      elapsed[i] = steps;
      truncated[i] = steps >= maxEpisodeSteps ? 1 : 0;
      done[i] = terminated[i]! | truncated[i]!;
      anyEnded |= done[i]!;
    }
    if (pending > 0) this.#restart(pending);
    const info: VectorInfo = {};
    if (anyEnded === 1 && this.autoresetMode === "same_step") this.#finish(info);
    if (!this.#copy) return [this.observations, rewards, terminated, truncated, info];
    return [this.observations.slice(), rewards.slice(), terminated.slice(), truncated.slice(), info];
  }

  #checkActions(actions: ArrayLike<unknown>): ArrayLike<number> {
    const { numEnvs, singleActionSpace } = this;
    if (!isArrayLike(actions) || actions.length !== numEnvs) throw this.#invalidActions(actions);
    if (singleActionSpace instanceof Discrete) {
      const numbers = actions as ArrayLike<number>;
      const { n } = singleActionSpace;
      for (let i = 0; i < numEnvs; i++) {
        const action = numbers[i]!;
        if (action >>> 0 !== action || action >= n) throw this.#invalidActions(actions);
      }
      return numbers;
    }
    const forces = this.#forces;
    for (let i = 0; i < numEnvs; i++) {
      const given = actions[i];
      forces[i] = typeof given === "number" ? given : onlyNumberOf(given);
      if (Number.isNaN(forces[i])) throw this.#invalidActions(actions);
    }
    return forces;
  }

  #invalidActions(actions: unknown): GymnasiumError {
    return new GymnasiumError(
      "invalid-action",
      `${this} takes one action of ${this.singleActionSpace} for each of ${this.numEnvs} environments, got ${describe(actions)}.`,
    );
  }

  /** Keeps the last observations of the episodes that ended in this step, and starts the next ones. */
  #finish(info: VectorInfo): void {
    const ended = this.done.slice();
    info.finalObservation = this.observations.slice();
    info._finalObservation = ended;
    info.finalInfo = {};
    info._finalInfo = ended.slice();
    this.#restartAll(ended);
  }

  /** New start where the mask is 1. */
  #restartAll(mask: ArrayLike<number> | null): void {
    let count = 0;
    for (let i = 0; i < this.numEnvs; i++) {
      if (mask === null || mask[i] === 1) this.#restarting[count++] = i;
    }
    this.#restart(count);
  }

  /**
   * New start for the first `count` environments listed in `#restarting`: one place of the state after the other, as
   * NumPy fills the rows of `[places, count]`.
   */
  #restart(count: number): void {
    const random = this.#random!;
    const restarting = this.#restarting;
    for (const [place, [low, high]] of this.#bounds.entries()) {
      for (let k = 0; k < count; k++) {
        this.physics[restarting[k]! * this.#stateSize + place] = random.uniform(low, high);
      }
    }
    for (let k = 0; k < count; k++) {
      const i = restarting[k]!;
      this.#elapsed[i] = 0;
      this.done[i] = 0;
      this.begin(i);
      this.observe(i);
    }
  }

  /** One frame of every environment. */
  override render(): readonly RgbFrame[] | null {
    if (!this.#hasState) throw resetNeeded("render");
    return renderByMode(this, {
      rgb_array: () => Array.from({ length: this.numEnvs }, (_, i) => this.draw(i)),
    });
  }

  override state(): JsonValue {
    return {
      random: this.#random === null ? null : ({ ...this.#random.state } as JsonValue),
      bounds: this.#bounds.map(([low, high]) => [low, high]),
      state: this.#hasState ? Array.from(this.physics) : null,
      elapsed: Array.from(this.#elapsed),
      done: Array.from(this.done),
    };
  }

  /** @throws GymnasiumError `bad-state` */
  override restore(saved: JsonValue): void {
    const fields = requireState(this, saved, ["random", "bounds", "state", "elapsed", "done"]);
    const { state, elapsed, done } = fields as { readonly [name: string]: readonly number[] | null };
    if (done?.length !== this.numEnvs || (state?.length ?? this.physics.length) !== this.physics.length) {
      throw new GymnasiumError("bad-state", `${this} restores the state of ${this.numEnvs} environments.`);
    }
    this.#random ??= createGenerator(0).generator;
    if (fields.random === null) this.#random = null;
    else this.#random.restore(fields.random as unknown as PCG64State);
    this.#bounds = fields.bounds as unknown as readonly StartBounds[];
    this.#elapsed.set(elapsed!);
    this.done.set(done);
    this.#hasState = state != null;
    if (state == null) return;
    this.physics.set(state);
    for (let i = 0; i < this.numEnvs; i++) this.observe(i);
  }
}

/** The number of an array of one; NaN for anything else. */
function onlyNumberOf(value: unknown): number {
  return isArrayLike(value) && value.length === 1 ? Number(value[0]) : Number.NaN;
}

function resetNeeded(method: string): GymnasiumError {
  return new GymnasiumError("reset-needed", `Call reset() before ${method}: there is no episode yet.`);
}
