import {
  type AutoresetMode,
  type Box,
  type EnvMetadata,
  GymnasiumError,
  type JsonValue,
  type MaybePromise,
  type Space,
  SyncVectorEnv,
  type VectorActions,
  VectorEnv,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "gymnasium-js";
import type { BlackBoxOptions } from "./black-box.ts";
import { BlackBoxEnv, requireReward, rewardsOf } from "./black-box-env.ts";

/**
 * Many black boxes that are judged together. A step gives its result at once where the objective does, else a promise.
 * A judgement that fails leaves everything as it was, so that the step can be repeated.
 */
export class BlackBoxVectorEnv extends VectorEnv<Box, Box> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Box;
  readonly singleActionSpace: Box;
  readonly observationSpace: Space<Float32Array>;
  readonly actionSpace: Space<Float32Array>;
  readonly autoresetMode: AutoresetMode = "same_step";
  readonly metadata: EnvMetadata;
  readonly #options: BlackBoxOptions;
  readonly #envs: readonly BlackBoxEnv[];
  /** The same environments: draws their situations, with seeds and masks as every vector takes them. */
  readonly #vector: SyncVectorEnv<Box, Box>;

  /** @throws GymnasiumError `bad-kwarg` unless `numEnvs` is a whole number ≥ 1. */
  constructor(options: BlackBoxOptions, numEnvs: number) {
    super();
    if (!Number.isInteger(numEnvs) || numEnvs < 1)
      throw new GymnasiumError("bad-kwarg", `numEnvs must be a whole number ≥ 1, got ${numEnvs}.`);
    this.#options = options;
    this.#envs = Array.from({ length: numEnvs }, () => new BlackBoxEnv(options));
    this.#vector = new SyncVectorEnv(
      this.#envs.map((env) => () => env),
      { autoresetMode: this.autoresetMode, copy: true },
    );
    const { singleObservationSpace, singleActionSpace, observationSpace, actionSpace, metadata } =
      this.#vector;
    this.numEnvs = numEnvs;
    this.singleObservationSpace = singleObservationSpace;
    this.singleActionSpace = singleActionSpace;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.metadata = metadata;
  }

  override reset(options?: VectorResetOptions): VectorResetResult<Float32Array> {
    return this.#vector.reset(options);
  }

  /**
   * @throws GymnasiumError `invalid-action`, `reset-needed`; GradbridgeError `reward` naming the environment; what the
   *   objective throws.
   */
  override step(actions: VectorActions<Box>): MaybePromise<VectorStepResult<Float32Array>> {
    const contexts = this.#contexts();
    const outputs = this.#outputsOf(actions);
    const told = this.#judge(outputs, contexts);
    const finish = (rewards: ArrayLike<unknown>): VectorStepResult<Float32Array> =>
      this.#finish(rewards, outputs, contexts);
    return told instanceof Promise ? told.then(finish) : finish(told);
  }

  override state(): JsonValue {
    return this.#vector.state();
  }

  override restore(state: JsonValue): void {
    this.#vector.restore(state);
  }

  override toString(): string {
    return `${this.numEnvs} times ${this.#envs[0]}`;
  }

  #contexts(): Float32Array {
    const contexts = this.singleObservationSpace.createBatch(this.numEnvs);
    this.#envs.forEach(({ context }, i) => {
      if (context === null) throw new GymnasiumError("reset-needed", `${this}: call reset() before step().`);
      this.singleObservationSpace.writeBatch(contexts, i, context);
    });
    return contexts;
  }

  /** A copy of the actions, [numEnvs × outputs]. */
  #outputsOf(actions: VectorActions<Box>): Float32Array {
    const { singleActionSpace: space, numEnvs } = this;
    const outputs = space.createBatch(numEnvs);
    const given = actions instanceof Float32Array ? actions : flattened(actions);
    if (given.length !== outputs.length || !given.every(Number.isFinite)) {
      throw new GymnasiumError(
        "invalid-action",
        `${this} takes ${numEnvs} × ${space.size} finite numbers, got ${given.length}${given.every(Number.isFinite) ? "" : ", not all of them finite"}.`,
      );
    }
    outputs.set(given);
    return outputs;
  }

  #judge(outputs: Float32Array, contexts: Float32Array): MaybePromise<ArrayLike<unknown>> {
    const { evaluate, evaluateBatch } = this.#options;
    const { numEnvs } = this;
    if (evaluateBatch !== undefined) {
      const told = evaluateBatch(outputs.slice(), contexts.slice(), numEnvs);
      const check = (rewards: unknown): ArrayLike<unknown> => rewardsOf(this, rewards, numEnvs);
      return told instanceof Promise ? told.then(check) : check(told);
    }
    const told = this.#envs.map((_, i) =>
      evaluate!(
        this.singleActionSpace.readBatch(outputs, i),
        this.singleObservationSpace.readBatch(contexts, i),
      ),
    );
    return told.some((one) => one instanceof Promise) ? Promise.all(told) : told;
  }

  #finish(
    told: ArrayLike<unknown>,
    outputs: Float32Array,
    contexts: Float32Array,
  ): VectorStepResult<Float32Array> {
    const { numEnvs } = this;
    const rewards = new Float64Array(numEnvs);
    for (let i = 0; i < numEnvs; i++) {
      const reward = told[i];
      requireReward(`environment ${i} of ${this}`, reward, this.singleActionSpace.readBatch(outputs, i));
      rewards[i] = reward;
    }
    const all = (): Uint8Array => new Uint8Array(numEnvs).fill(1);
    const [observations] = this.#vector.reset();
    const info = { finalObservation: contexts, _finalObservation: all(), finalInfo: {}, _finalInfo: all() };
    return [observations, rewards, all(), new Uint8Array(numEnvs), info];
  }
}

function flattened(actions: readonly Float32Array[]): number[] {
  return Array.from(actions).flatMap((action) => Array.from(action));
}
