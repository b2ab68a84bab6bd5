import { Env, type ResetResult, type StepResult } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { BatchOf, ElementOf, Space } from "../../spaces/space.ts";
import type { VectorActions, VectorEnv } from "../../vector/vector-env.ts";
import {
  VectorActionWrapper,
  VectorObservationWrapper,
  VectorRewardWrapper,
} from "../../vector/vector-wrapper.ts";
import type { ActionWrapper, ObservationWrapper, RewardWrapper } from "../../wrapper.ts";

/** An environment that only has spaces: what a wrapper is put around to see what it does to one element. */
class SpacesOnly<Observation extends Space, Action extends Space> extends Env<Observation, Action> {
  readonly observationSpace: Observation;
  readonly actionSpace: Action;

  constructor(envs: VectorEnv<Observation, Action>) {
    super();
    this.observationSpace = envs.singleObservationSpace;
    this.actionSpace = envs.singleActionSpace;
    this.spec = envs.spec;
  }

  override reset(): ResetResult<ElementOf<Observation>> {
    throw new GymnasiumError("unsupported", "A vectorized wrapper only changes elements; it never resets.");
  }

  override step(): StepResult<ElementOf<Observation>> {
    throw new GymnasiumError("unsupported", "A vectorized wrapper only changes elements; it never steps.");
  }
}

/**
 * Applies an observation wrapper of single environments to every observation of a batch. The wrapper must not
 * remember anything from one observation to the next.
 *
 * @example new VectorizeTransformObservation(envs, (env) => new RescaleObservation(env, -1, 1))
 */
export class VectorizeTransformObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
  Inner extends Space = Space,
> extends VectorObservationWrapper<Observation, Action, Inner> {
  readonly #wrapper: ObservationWrapper<Observation, Action, Inner>;

  /** @param wrap - puts the wrapper around an environment that has spaces only. */
  constructor(
    envs: VectorEnv<Inner, Action>,
    wrap: (env: Env<Inner, Action>) => ObservationWrapper<Observation, Action, Inner>,
  ) {
    const wrapper = wrap(new SpacesOnly(envs));
    super(envs, { observation: wrapper.observationSpace });
    this.#wrapper = wrapper;
  }

  override observations(observations: BatchOf<Inner>): BatchOf<Observation> {
    const from = this.env.singleObservationSpace;
    const to = this.singleObservationSpace;
    const out = to.createBatch(this.numEnvs);
    for (let i = 0; i < this.numEnvs; i++) {
      const observation = from.readBatch(observations, i) as ElementOf<Inner>;
      to.writeBatch(out, i, this.#wrapper.observation(observation));
    }
    return out as BatchOf<Observation>;
  }
}

/**
 * Applies an action wrapper of single environments to every action of a batch.
 *
 * @example new VectorizeTransformAction(envs, (env) => new RescaleAction(env, -1, 1))
 */
export class VectorizeTransformAction<
  Observation extends Space = Space,
  Action extends Space = Space,
  Inner extends Space = Space,
> extends VectorActionWrapper<Observation, Action, Inner> {
  readonly #wrapper: ActionWrapper<Observation, Action, Inner>;

  /** @param wrap - puts the wrapper around an environment that has spaces only. */
  constructor(
    envs: VectorEnv<Observation, Inner>,
    wrap: (env: Env<Observation, Inner>) => ActionWrapper<Observation, Action, Inner>,
  ) {
    const wrapper = wrap(new SpacesOnly(envs));
    super(envs, { action: wrapper.actionSpace });
    this.#wrapper = wrapper;
  }

  override actions(actions: VectorActions<Action>): VectorActions<Inner> {
    const from = this.singleActionSpace;
    const to = this.env.singleActionSpace;
    const out = to.createBatch(this.numEnvs);
    for (let i = 0; i < this.numEnvs; i++) {
      const action = (Array.isArray(actions) ? actions[i] : from.readBatch(actions, i)) as ElementOf<Action>;
      to.writeBatch(out, i, this.#wrapper.action(action));
    }
    return out as VectorActions<Inner>;
  }
}

/**
 * Applies a reward wrapper of single environments to every reward.
 *
 * @example new VectorizeTransformReward(envs, (env) => new ClipReward(env, -1, 1))
 */
export class VectorizeTransformReward<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorRewardWrapper<Observation, Action> {
  readonly #wrapper: RewardWrapper<Observation, Action>;

  /** @param wrap - puts the wrapper around an environment that has spaces only. */
  constructor(
    envs: VectorEnv<Observation, Action>,
    wrap: (env: Env<Observation, Action>) => RewardWrapper<Observation, Action>,
  ) {
    super(envs);
    this.#wrapper = wrap(new SpacesOnly(envs));
  }

  override rewards(rewards: Float64Array): Float64Array {
    return rewards.map((reward) => this.#wrapper.reward(reward));
  }
}
