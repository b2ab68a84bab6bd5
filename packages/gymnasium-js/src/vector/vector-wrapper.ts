import type { EnvMetadata, RenderFrame } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { requireState } from "../saved-state.ts";
import { batchSpace } from "../spaces/batch-space.ts";
import type { BatchOf, Space } from "../spaces/space.ts";
import {
  type AutoresetMode,
  type MaybePromise,
  type VectorActions,
  VectorEnv,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "./vector-env.ts";

/** Uses a value when it is there: at once, or when its promise is kept. */
export function whenReady<T, U>(value: MaybePromise<T>, use: (value: T) => U): MaybePromise<U> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/**
 * A vector environment around another one: changes what goes in or comes out and passes on the rest.
 *
 * Results come at once where the wrapped environment gives them at once, else as promises; `await` works for both.
 *
 * Source: `gymnasium.vector.VectorWrapper` of Gymnasium 1.3.0.
 */
export abstract class VectorWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerObservation extends Space = Observation,
  InnerAction extends Space = Action,
> extends VectorEnv<Observation, Action> {
  /** The wrapped vector environment. */
  readonly env: VectorEnv<InnerObservation, InnerAction>;
  readonly singleObservationSpace: Observation;
  readonly singleActionSpace: Action;
  readonly observationSpace: Space<BatchOf<Observation>>;
  readonly actionSpace: Space<BatchOf<Action>>;

  /** @param spaces - the spaces of one environment seen from outside, where they change. */
  constructor(
    env: VectorEnv<InnerObservation, InnerAction>,
    spaces: { readonly observation?: Observation; readonly action?: Action } = {},
  ) {
    super();
    this.env = env;
    const { observation, action } = spaces;
    this.singleObservationSpace = observation ?? (env.singleObservationSpace as unknown as Observation);
    this.singleActionSpace = action ?? (env.singleActionSpace as unknown as Action);
    this.observationSpace = (
      observation === undefined ? env.observationSpace : batchSpace(observation, env.numEnvs)
    ) as Space<BatchOf<Observation>>;
    this.actionSpace = (action === undefined ? env.actionSpace : batchSpace(action, env.numEnvs)) as Space<
      BatchOf<Action>
    >;
    this.spec = env.spec;
    this.renderMode = env.renderMode;
  }

  override get numEnvs(): number {
    return this.env.numEnvs;
  }

  override get autoresetMode(): AutoresetMode {
    return this.env.autoresetMode;
  }

  override get metadata(): EnvMetadata {
    return this.env.metadata;
  }

  override get unwrapped(): VectorEnv {
    return this.env.unwrapped;
  }

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    return this.env.reset(options) as unknown as MaybePromise<VectorResetResult<BatchOf<Observation>>>;
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return this.env.step(actions as unknown as VectorActions<InnerAction>) as unknown as MaybePromise<
      VectorStepResult<BatchOf<Observation>>
    >;
  }

  override render(): MaybePromise<readonly (RenderFrame | readonly RenderFrame[] | null)[] | null> {
    return this.env.render();
  }

  protected override closeExtras(): MaybePromise<void> {
    return this.env.close();
  }

  /** The wrapped environment's state and this wrapper's own. Throws `unsupported` if the environment has none. */
  override state(): MaybePromise<JsonValue> {
    if (this.env.state === undefined) throw new GymnasiumError("unsupported", `${this.env} has no state().`);
    return whenReady(this.env.state(), (env) => ({ env, own: this.ownState() }));
  }

  override restore(state: JsonValue): MaybePromise<void> {
    const { env, own } = requireState(this, state, ["env", "own"]);
    if (this.env.restore === undefined)
      throw new GymnasiumError("unsupported", `${this.env} has no restore(state).`);
    this.restoreOwn(own);
    return this.env.restore(env);
  }

  /** What this wrapper itself must remember; `null` if nothing. */
  protected ownState(): JsonValue {
    return null;
  }

  /** Continues from what {@link ownState} gave. */
  protected restoreOwn(_own: JsonValue): void {}

  override toString(): string {
    return `<${this.constructor.name}, ${this.env}>`;
  }
}

/** A vector wrapper that changes batches of observations: override {@link observations}. */
export abstract class VectorObservationWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerObservation extends Space = Observation,
> extends VectorWrapper<Observation, Action, InnerObservation, Action> {
  /** What is seen of a batch; also applied to the last observations that `same_step` gives. */
  abstract observations(observations: BatchOf<InnerObservation>): BatchOf<Observation>;

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    return whenReady(this.env.reset(options), ([observations, info]) => [
      this.observations(observations),
      info,
    ]);
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), ([observations, rewards, terminated, truncated, info]) => {
      if (info.finalObservation !== undefined) {
        info.finalObservation = this.observations(info.finalObservation as BatchOf<InnerObservation>);
      }
      return [this.observations(observations), rewards, terminated, truncated, info];
    });
  }
}

/** A vector wrapper that changes batches of actions: override {@link actions}. */
export abstract class VectorActionWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerAction extends Space = Action,
> extends VectorWrapper<Observation, Action, Observation, InnerAction> {
  /** What the wrapped environment is given. */
  abstract actions(actions: VectorActions<Action>): VectorActions<InnerAction>;

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return this.env.step(this.actions(actions));
  }
}

/** A vector wrapper that changes rewards: override {@link rewards}. */
export abstract class VectorRewardWrapper<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorWrapper<Observation, Action> {
  /** What is earned instead, `[numEnvs]`. */
  abstract rewards(rewards: Float64Array): Float64Array;

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), ([observations, rewards, terminated, truncated, info]) => [
      observations,
      this.rewards(rewards),
      terminated,
      truncated,
      info,
    ]);
  }
}
