import type { Generator, PCG64State } from "@gradbridge/random";
import { GymnasiumError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { EnvSpec } from "./registration/env-spec.ts";
import { requireState } from "./saved-state.ts";
import { createGenerator, type Seed } from "./seeding.ts";
import type { BatchOf, ElementOf, Space } from "./spaces/space.ts";

/** Anything an environment wants to tell besides the observation: metrics, masks, hidden state. */
export type Info = Record<string, unknown>;

/** What `reset` gives: the first observation of the episode, and information. */
export type ResetResult<Observation> = [observation: Observation, info: Info];

/**
 * What `step` gives.
 *
 * `terminated`: the task itself ended; the value of what follows is 0. `truncated`: the episode was cut off, usually
 * by a time limit; what follows still has value. After either, call `reset`.
 */
export type StepResult<Observation> = [
  observation: Observation,
  reward: number,
  terminated: boolean,
  truncated: boolean,
  info: Info,
];

/** What `reset` takes. */
export interface ResetOptions {
  /** Restarts the environment's generator. Without it the generator continues: seed once, then reset without. */
  readonly seed?: Seed | null;
  /** What an environment offers to change about its start; see each environment. */
  readonly options?: Readonly<Record<string, unknown>> | null;
}

/** One image: rows of pixels from the top, red green blue of 0 … 255, `[height, width, 3]` flat. */
export interface RgbFrame {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** What `render` gives: text for `ansi`, an image for `rgb_array`. */
export type RenderFrame = string | RgbFrame;

/** What an environment says about itself, the same for all its instances. */
export interface EnvMetadata {
  /** The values that `renderMode` may take. */
  readonly renderModes: readonly string[];
  /** Frames per second of a faithful display. */
  readonly renderFps?: number;
  readonly [name: string]: unknown;
}

/** Arrays that a vector environment hands to {@link Env.stepInto}; place `i` belongs to environment `i`. */
export interface StepBatch<Batch> {
  readonly observations: Batch;
  readonly rewards: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

/** The info of a step that has nothing to say: shared and frozen, so that saying nothing costs nothing. */
export const NO_INFO: Info = Object.freeze({});

/**
 * An environment: a world that answers an action with an observation and a reward.
 *
 * Extend it, set both spaces, and write `reset` and `step`. The first line of `reset` is `this.reseed(seed)`; all
 * randomness comes from `this.random`. Register it, `make` it, and run `checkEnv` on it.
 *
 * `Observation` and `Action` are the types of the spaces: with a `Discrete` action space `step` takes a number, with
 * a `Box` observation space observations are `Float32Array` (or of the box's dtype).
 *
 * Source: `gymnasium.Env` of Gymnasium 1.3.0. `random` is its `np_random`, `randomSeed` its `np_random_seed`.
 */
export abstract class Env<Observation extends Space = Space, Action extends Space = Space> {
  /** Set this in subclasses that render. */
  static readonly metadata: EnvMetadata = { renderModes: [] };

  /** The space of all observations. */
  abstract readonly observationSpace: Observation;
  /** The space of all actions. */
  abstract readonly actionSpace: Action;

  #renderMode: string | null = null;
  #generator: Generator | null = null;
  #randomSeed: Seed | -1 | null = null;
  #spec: EnvSpec | null = null;

  /**
   * Starts an episode.
   *
   * @returns the first observation, an element of `observationSpace`, and information.
   * @throws GymnasiumError `bad-seed`, `bad-option`
   */
  abstract reset(options?: ResetOptions): ResetResult<ElementOf<Observation>>;

  /**
   * Runs one step.
   *
   * @param action - an element of `actionSpace`.
   * @throws GymnasiumError `invalid-action`, `reset-needed`
   */
  abstract step(action: ElementOf<Action>): StepResult<ElementOf<Observation>>;

  /** The current picture, as `renderMode` says; `null` where there is none. */
  render(): RenderFrame | readonly RenderFrame[] | null {
    throw new GymnasiumError("unsupported-mode", `${this} does not render; it has no render modes.`);
  }

  /** Frees what the environment holds outside of memory. Calling it again does nothing. */
  close(): void {}

  /**
   * Optional fast form of `step` for vector environments: writes observation, reward and flags into place `index` of
   * `batch` instead of allocating them, and returns the info ({@link NO_INFO} if there is nothing to say).
   *
   * It must do exactly what `step` does. A subclass that overrides `step` alone is stepped through `step`.
   */
  stepInto?(action: ElementOf<Action>, batch: StepBatch<BatchOf<Observation>>, index: number): Info;

  /**
   * Optional: everything that decides the future of this environment (generator, physics, counters) as plain JSON,
   * so that `restore` on an environment made the same way continues exactly.
   */
  state?(): JsonValue;

  /** Optional: continues from what {@link state} gave. Throws `bad-state` for anything else. */
  restore?(state: JsonValue): void;

  /** What the environment says about itself. */
  get metadata(): EnvMetadata {
    return (this.constructor as typeof Env).metadata;
  }

  /** One of `metadata.renderModes`, chosen when the environment was made, or `null`. */
  get renderMode(): string | null {
    return this.#renderMode;
  }

  set renderMode(mode: string | null) {
    this.#renderMode = mode;
  }

  /** How the environment was made, or `null` if not by `make`. */
  get spec(): EnvSpec | null {
    return this.#spec;
  }

  set spec(spec: EnvSpec | null) {
    this.#spec = spec;
  }

  /** The environment underneath all wrappers. */
  get unwrapped(): Env {
    return this as unknown as Env;
  }

  /** The generator all randomness comes from; made from the system's entropy unless `reset` was given a seed. */
  get random(): Generator {
    if (this.#generator === null) this.reseed();
    return this.#generator!;
  }

  set random(generator: Generator) {
    this.#generator = generator;
    this.#randomSeed = -1;
  }

  /** The seed of {@link random}; −1 if the generator was set by hand, so that its seed is not known. */
  get randomSeed(): Seed {
    if (this.#randomSeed === null) this.reseed();
    return this.#randomSeed!;
  }

  /**
   * The first line of every `reset`: restarts the generator if a seed is given, and leaves it alone if not. An
   * environment that has no generator yet gets one from the system's entropy.
   *
   * @throws GymnasiumError `bad-seed`
   */
  protected reseed(seed?: Seed | null): void {
    if (seed == null && this.#generator !== null) return;
    const made = createGenerator(seed);
    this.#generator = made.generator;
    this.#randomSeed = made.seed;
  }

  /** The generator and its seed as plain JSON, for {@link state}; `null` before the first use. */
  protected saveRandom(): JsonValue {
    if (this.#generator === null) return null;
    return { seed: String(this.#randomSeed), generator: { ...this.#generator.state } };
  }

  /** Continues from what {@link saveRandom} gave. */
  protected restoreRandom(saved: JsonValue): void {
    if (saved === null) {
      this.#generator = null;
      this.#randomSeed = null;
      return;
    }
    const { seed, generator: state } = requireState(this, saved, ["seed", "generator"]);
    this.#generator ??= createGenerator(0).generator;
    this.#generator.restore(state as unknown as PCG64State);
    const whole = BigInt(seed as string);
    this.#randomSeed = whole === -1n ? -1 : whole <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(whole) : whole;
  }

  toString(): string {
    const name = this.constructor.name;
    return this.spec === null ? `<${name} instance>` : `<${name}<${this.spec.id}>>`;
  }
}
