import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { requireState } from "../../saved-state.ts";
import { Box } from "../../spaces/box.ts";
import type { BatchOf, Space } from "../../spaces/space.ts";
import type {
  MaybePromise,
  VectorActions,
  VectorEnv,
  VectorResetOptions,
  VectorResetResult,
  VectorStepResult,
} from "../../vector/vector-env.ts";
import { VectorObservationWrapper, VectorWrapper, whenReady } from "../../vector/vector-wrapper.ts";
import { requireBox } from "../require-box.ts";
import { RunningMeanStd } from "../running-mean-std.ts";

/**
 * Shifts and scales the `Box` observations of all environments to mean 0 and variance 1, as learned from all of them.
 *
 * Needs the autoreset mode `next_step`, and resets all environments at once.
 */
export class VectorNormalizeObservation<Action extends Space = Space> extends VectorObservationWrapper<
  Box,
  Action,
  Space
> {
  /** What was learned. */
  readonly statistics: RunningMeanStd;
  /** Whether observations are still learned from; switch it off for evaluation. */
  updateRunningMean = true;
  readonly #epsilon: number;

  /**
   * @param epsilon - added to the variance, against division by zero.
   * @throws GymnasiumError `bad-space` unless observations are a `Box`, `bad-kwarg` in another autoreset mode.
   */
  constructor(env: VectorEnv<Space, Action>, epsilon = 1e-8) {
    const box = requireBox("VectorNormalizeObservation", env.singleObservationSpace);
    super(env, {
      observation: new Box(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, { shape: box.shape }),
    });
    if (env.autoresetMode !== "next_step") {
      throw new GymnasiumError(
        "bad-kwarg",
        `VectorNormalizeObservation needs the autoreset mode "next_step", got "${env.autoresetMode}".`,
      );
    }
    this.statistics = new RunningMeanStd(box.size, true);
    this.#epsilon = epsilon;
  }

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<Float32Array>> {
    if (options?.options != null && "resetMask" in options.options) {
      throw new GymnasiumError(
        "bad-option",
        "VectorNormalizeObservation resets all environments; drop resetMask.",
      );
    }
    return super.reset(options);
  }

  override observations(observations: unknown): Float32Array {
    const values = observations as ArrayLike<number>;
    if (this.updateRunningMean) this.statistics.update(values, this.numEnvs);
    const size = values.length / this.numEnvs;
    return Float32Array.from(values, (value, i) => this.statistics.normalize(value, i % size, this.#epsilon));
  }

  protected override ownState(): JsonValue {
    return this.statistics.state();
  }

  protected override restoreOwn(own: JsonValue): void {
    this.statistics.restore(own);
  }
}

/**
 * Divides rewards by the standard deviation of the discounted returns of all environments:
 * R ← R·γ·(1 − terminated) + reward, from 0 at the start of an episode; the step that only resets counts for none.
 */
export class VectorNormalizeReward<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorWrapper<Observation, Action> {
  /** What was learned of the discounted returns. */
  readonly statistics: RunningMeanStd = new RunningMeanStd(1);
  /** Whether rewards are still learned from; switch it off for evaluation. */
  updateRunningMean = true;
  readonly #gamma: number;
  readonly #epsilon: number;
  /** float32 in Gymnasium too. */
  readonly #discounted: Float32Array;
  readonly #done: Uint8Array;

  /** @param gamma - discount, in [0, 1]. @param epsilon - added to the variance, against division by zero. */
  constructor(env: VectorEnv<Observation, Action>, gamma = 0.99, epsilon = 1e-8) {
    super(env);
    this.#gamma = gamma;
    this.#epsilon = epsilon;
    this.#discounted = new Float32Array(env.numEnvs);
    this.#done = new Uint8Array(env.numEnvs);
  }

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    this.#discounted.fill(0);
    this.#done.fill(0);
    return super.reset(options);
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), ([observations, rewards, terminated, truncated, info]) => {
      const active: number[] = [];
      for (let i = 0; i < this.numEnvs; i++) {
        if (this.#done[i] === 0) {
          const before = Math.fround(this.#discounted[i]! * Math.fround(this.#gamma));
          this.#discounted[i] = (terminated[i] === 1 ? 0 : before) + rewards[i]!;
          active.push(this.#discounted[i]!);
        }
        this.#done[i] = terminated[i]! | truncated[i]!;
      }
      if (this.updateRunningMean && active.length > 0) this.statistics.update(active, active.length);
      const spread = Math.sqrt(this.statistics.variance[0]! + this.#epsilon);
      return [observations, rewards.map((reward) => reward / spread), terminated, truncated, info];
    });
  }

  protected override ownState(): JsonValue {
    return {
      statistics: this.statistics.state(),
      discounted: Array.from(this.#discounted),
      done: Array.from(this.#done),
    };
  }

  protected override restoreOwn(own: JsonValue): void {
    const { statistics, discounted, done } = requireState(this, own, ["statistics", "discounted", "done"]);
    this.statistics.restore(statistics);
    this.#discounted.set(discounted as readonly number[]);
    this.#done.set(done as readonly number[]);
  }
}
