import type { Generator } from "@gradbridge/random";
import {
  Env,
  type EnvMetadata,
  type RenderFrame,
  type ResetOptions,
  type ResetResult,
  type StepResult,
} from "./env.ts";
import { GymnasiumError } from "./errors.ts";
import type { JsonValue } from "./json.ts";
import type { EnvSpec, WrapperSpec } from "./registration/env-spec.ts";
import { requireState } from "./saved-state.ts";
import type { Seed } from "./seeding.ts";
import type { ElementOf, Space } from "./spaces/space.ts";

/**
 * An environment around another one: changes what goes in or comes out and passes on the rest.
 *
 * Override what you change. `observationSpace`, `actionSpace` and `metadata` are those of the wrapped environment
 * unless set; `random`, `renderMode` and `unwrapped` always point to it.
 *
 * The type parameters are the spaces seen from outside, then (where different) those of the wrapped environment.
 *
 * Source: `gymnasium.Wrapper` of Gymnasium 1.3.0.
 */
export abstract class Wrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerObservation extends Space = Observation,
  InnerAction extends Space = Action,
> extends Env<Observation, Action> {
  /** The wrapped environment. */
  readonly env: Env<InnerObservation, InnerAction>;
  #observationSpace: Observation | null = null;
  #actionSpace: Action | null = null;
  #metadata: EnvMetadata | null = null;
  #cachedSpec: EnvSpec | null = null;

  constructor(env: Env<InnerObservation, InnerAction>) {
    super();
    if (!(env instanceof Env)) {
      throw new GymnasiumError("bad-element", `${new.target.name} wraps an Env, got ${String(env)}.`);
    }
    this.env = env;
  }

  override get observationSpace(): Observation {
    return this.#observationSpace ?? (this.env.observationSpace as unknown as Observation);
  }

  override set observationSpace(space: Observation) {
    this.#observationSpace = space;
  }

  override get actionSpace(): Action {
    return this.#actionSpace ?? (this.env.actionSpace as unknown as Action);
  }

  override set actionSpace(space: Action) {
    this.#actionSpace = space;
  }

  override get metadata(): EnvMetadata {
    return this.#metadata ?? this.env.metadata;
  }

  override set metadata(metadata: EnvMetadata) {
    this.#metadata = metadata;
  }

  override get unwrapped(): Env {
    return this.env.unwrapped;
  }

  override get renderMode(): string | null {
    return this.env.renderMode;
  }

  override set renderMode(mode: string | null) {
    this.env.renderMode = mode;
  }

  override get random(): Generator {
    return this.env.random;
  }

  override set random(generator: Generator) {
    this.env.random = generator;
  }

  override get randomSeed(): Seed {
    return this.env.randomSeed;
  }

  /** The spec of the wrapped environment with this wrapper added. */
  override get spec(): EnvSpec | null {
    this.#cachedSpec ??= this.env.spec === null ? null : this.extendSpec(this.env.spec);
    return this.#cachedSpec;
  }

  /** How this wrapper shows in a spec. Wrappers that `make` knows by option override it. */
  protected extendSpec(spec: EnvSpec): EnvSpec {
    return spec.with({ additionalWrappers: [...spec.additionalWrappers, this.wrapperSpec()] });
  }

  /**
   * How to make this wrapper again: its name and arguments. The default has no arguments recorded, so that a spec
   * holding it cannot be made again.
   */
  protected wrapperSpec(): WrapperSpec {
    return { name: this.constructor.name, args: null };
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    return this.env.reset(options) as unknown as ResetResult<ElementOf<Observation>>;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    return this.env.step(action as unknown as ElementOf<InnerAction>) as unknown as StepResult<
      ElementOf<Observation>
    >;
  }

  override render(): RenderFrame | readonly RenderFrame[] | null {
    return this.env.render();
  }

  override close(): void {
    this.env.close();
  }

  /** The wrapped environment's state and this wrapper's own. Throws `unsupported` if the environment has none. */
  override state(): JsonValue {
    if (this.env.state === undefined) {
      throw new GymnasiumError(
        "unsupported",
        `${this.env} has no state(); write state and restore to save it.`,
      );
    }
    return { env: this.env.state(), own: this.ownState() };
  }

  override restore(state: JsonValue): void {
    const { env, own } = requireState(this, state, ["env", "own"]);
    if (this.env.restore === undefined) {
      throw new GymnasiumError(
        "unsupported",
        `${this.env} has no restore(state); write it to continue a saved run.`,
      );
    }
    this.env.restore(env!);
    this.restoreOwn(own!);
  }

  /** What this wrapper itself must remember; `null` if nothing. */
  protected ownState(): JsonValue {
    return null;
  }

  /** Continues from what {@link ownState} gave. */
  protected restoreOwn(_own: JsonValue): void {}

  override toString(): string {
    return `<${this.constructor.name}${this.env}>`;
  }
}

/** A wrapper that changes observations: override {@link observation}, and set `observationSpace` if it changes. */
export abstract class ObservationWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerObservation extends Space = Observation,
> extends Wrapper<Observation, Action, InnerObservation, Action> {
  /** What is seen of `observation`. */
  abstract observation(observation: ElementOf<InnerObservation>): ElementOf<Observation>;

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    const [observation, info] = this.env.reset(options);
    return [this.observation(observation), info];
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const [observation, reward, terminated, truncated, info] = this.env.step(action);
    return [this.observation(observation), reward, terminated, truncated, info];
  }
}

/** A wrapper that changes rewards: override {@link reward}. */
export abstract class RewardWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends Wrapper<Observation, Action> {
  /** What is earned instead of `reward`. */
  abstract reward(reward: number): number;

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    result[1] = this.reward(result[1]);
    return result;
  }
}

/** A wrapper that changes actions: override {@link action}, and set `actionSpace` if it changes. */
export abstract class ActionWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerAction extends Space = Action,
> extends Wrapper<Observation, Action, Observation, InnerAction> {
  /** What the wrapped environment is given for `action`. */
  abstract action(action: ElementOf<Action>): ElementOf<InnerAction>;

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    return this.env.step(this.action(action));
  }
}
