import type { BatchOf, Space } from "../../spaces/space.ts";
import type { VectorActions, VectorEnv } from "../../vector/vector-env.ts";
import {
  VectorActionWrapper,
  VectorObservationWrapper,
  VectorRewardWrapper,
} from "../../vector/vector-wrapper.ts";

/** Changes whole batches of observations by a function. */
export class VectorTransformObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
  Inner extends Space = Observation,
> extends VectorObservationWrapper<Observation, Action, Inner> {
  readonly #change: (observations: BatchOf<Inner>) => BatchOf<Observation>;

  /** @param singleObservationSpace - the space of one changed observation; `null` if it stays the same. */
  constructor(
    envs: VectorEnv<Inner, Action>,
    change: (observations: BatchOf<Inner>) => BatchOf<Observation>,
    singleObservationSpace: Observation | null = null,
  ) {
    super(envs, singleObservationSpace === null ? {} : { observation: singleObservationSpace });
    this.#change = change;
  }

  override observations(observations: BatchOf<Inner>): BatchOf<Observation> {
    return this.#change(observations);
  }
}

/** Changes whole batches of actions by a function. */
export class VectorTransformAction<
  Observation extends Space = Space,
  Action extends Space = Space,
  Inner extends Space = Action,
> extends VectorActionWrapper<Observation, Action, Inner> {
  readonly #change: (actions: VectorActions<Action>) => VectorActions<Inner>;

  /** @param singleActionSpace - the space of one action before the change; `null` if it stays the same. */
  constructor(
    envs: VectorEnv<Observation, Inner>,
    change: (actions: VectorActions<Action>) => VectorActions<Inner>,
    singleActionSpace: Action | null = null,
  ) {
    super(envs, singleActionSpace === null ? {} : { action: singleActionSpace });
    this.#change = change;
  }

  override actions(actions: VectorActions<Action>): VectorActions<Inner> {
    return this.#change(actions);
  }
}

/** Changes the rewards of all environments by a function of `Float64Array[numEnvs]`. */
export class VectorTransformReward<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorRewardWrapper<Observation, Action> {
  readonly #change: (rewards: Float64Array) => Float64Array;

  constructor(envs: VectorEnv<Observation, Action>, change: (rewards: Float64Array) => Float64Array) {
    super(envs);
    this.#change = change;
  }

  override rewards(rewards: Float64Array): Float64Array {
    return this.#change(rewards);
  }
}
