import type { EnvMetadata, RenderFrame } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { EnvSpec } from "../registration/env-spec.ts";
import type { Seed } from "../seeding.ts";
import type { BatchOf, ElementOf, Space } from "../spaces/space.ts";

/** A value now, or a promise of it. */
export type MaybePromise<T> = T | Promise<T>;

/**
 * When an environment whose episode ended starts the next one:
 *
 * - `"next_step"` (default): at the next `step`, which ignores its action, resets it, and gives reward 0 and the first
 *   observation.
 * - `"same_step"`: at once; `step` gives the first observation of the next episode, the last one of the old episode is
 *   in `info.finalObservation`.
 * - `"disabled"`: never; call `reset` with `options: { resetMask }`.
 */
export type AutoresetMode = "next_step" | "same_step" | "disabled";

/** The names of all autoreset modes. */
export const AUTORESET_MODES: readonly AutoresetMode[] = ["next_step", "same_step", "disabled"];

/**
 * Information from many environments: under each `key` one value per environment (`Float64Array` for numbers,
 * `Uint8Array` for booleans, a typed array of rows for typed arrays, an object for objects, a list for the rest), and
 * under `_key` a `Uint8Array` mask, 1 for the environments that gave one.
 */
export type VectorInfo = Record<string, unknown>;

/** What `reset` of a vector environment gives. */
export type VectorResetResult<Batch> = [observations: Batch, info: VectorInfo];

/** What `step` of a vector environment gives: one place per environment; flags are 0 or 1. */
export type VectorStepResult<Batch> = [
  observations: Batch,
  rewards: Float64Array,
  terminated: Uint8Array,
  truncated: Uint8Array,
  info: VectorInfo,
];

/** What `reset` of a vector environment takes. */
export interface VectorResetOptions {
  /** One number gives environment `i` the seed `seed + i`; a list gives each its own; `null` places keep theirs. */
  readonly seed?: Seed | readonly (Seed | null)[] | null;
  /** Passed to every environment; `resetMask`, one 0 or 1 per environment, resets only some. */
  readonly options?: Readonly<Record<string, unknown>> | null;
}

/** Actions of all environments: a batch, or a list of one action for each. */
export type VectorActions<Action extends Space> = BatchOf<Action> | readonly ElementOf<Action>[];

/**
 * Many environments of one kind, stepped together.
 *
 * Observations are batches of the single observation space: a `Box` gives one typed array `[numEnvs × size]`, a
 * `Discrete` an `Int32Array [numEnvs]`, composite spaces composites of those. The arrays that `reset` and `step`
 * return are reused by the next `step` unless the environment was made with `copy: true`: copy what you keep.
 *
 * `reset` and `step` may return promises where the environments live elsewhere; `await` works for both.
 *
 * Source: `gymnasium.vector.VectorEnv` of Gymnasium 1.3.0.
 */
export abstract class VectorEnv<Observation extends Space = Space, Action extends Space = Space> {
  /** How many environments there are. */
  abstract readonly numEnvs: number;
  /** The observation space of one environment. */
  abstract readonly singleObservationSpace: Observation;
  /** The action space of one environment. */
  abstract readonly singleActionSpace: Action;
  /** The space of all observations together. */
  abstract readonly observationSpace: Space<BatchOf<Observation>>;
  /** The space of all actions together: sample it for random actions. */
  abstract readonly actionSpace: Space<BatchOf<Action>>;
  /** When environments start their next episode. */
  abstract readonly autoresetMode: AutoresetMode;
  /** What the environments say about themselves, with `autoresetMode`. */
  abstract readonly metadata: EnvMetadata;
  /** How the vector environment was made, or `null`. */
  spec: EnvSpec | null = null;
  /** The render mode of the environments. */
  renderMode: string | null = null;
  #closed = false;

  /** Starts an episode in every environment (or those of `options.resetMask`). */
  abstract reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>>;

  /** Runs one step in every environment. */
  abstract step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>>;

  /** The pictures of all environments. */
  render(): MaybePromise<readonly (RenderFrame | readonly RenderFrame[] | null)[] | null> {
    return null;
  }

  /** Everything that decides the future of the environments, as plain JSON; not all offer it. */
  state?(): MaybePromise<JsonValue>;

  /** Continues from what {@link state} gave. */
  restore?(state: JsonValue): MaybePromise<void>;

  /** Closes all environments, once. */
  close(): MaybePromise<void> {
    if (this.#closed) return;
    this.#closed = true;
    return this.closeExtras();
  }

  /** Whether `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** What `close` frees. */
  protected closeExtras(): MaybePromise<void> {}

  /** The vector environment underneath all vector wrappers. */
  get unwrapped(): VectorEnv {
    return this as unknown as VectorEnv;
  }

  toString(): string {
    const id = this.spec === null ? "" : `${this.spec.id}, `;
    return `${this.constructor.name}(${id}numEnvs=${this.numEnvs})`;
  }
}

/** A vector environment in this process: `reset` and `step` give their results at once. */
export abstract class InProcessVectorEnv<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorEnv<Observation, Action> {
  abstract override reset(options?: VectorResetOptions): VectorResetResult<BatchOf<Observation>>;
  abstract override step(actions: VectorActions<Action>): VectorStepResult<BatchOf<Observation>>;
  abstract override state(): JsonValue;
  abstract override restore(state: JsonValue): void;

  override render(): readonly (RenderFrame | readonly RenderFrame[] | null)[] | null {
    return null;
  }

  override close(): void {
    super.close();
  }
}
