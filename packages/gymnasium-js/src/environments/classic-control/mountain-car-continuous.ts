import { z } from "zod";
import {
  Env,
  type EnvMetadata,
  type Info,
  NO_INFO,
  type ResetOptions,
  type ResetResult,
  type RgbFrame,
  type StepBatch,
  type StepResult,
} from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { drawMountainCar } from "../../rendering/classic-control.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { Box } from "../../spaces/box.ts";
import { describe } from "../../spaces/space.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import {
  advanceMountainCarContinuous,
  CONTINUOUS_GOAL_POSITION,
  mountainCarContinuousReward,
} from "./mountain-car-continuous-physics.ts";
import { MAX_POSITION, MAX_SPEED, MIN_POSITION } from "./mountain-car-physics.ts";

/** Arguments of {@link MountainCarContinuousEnv}. */
export interface MountainCarContinuousKwargs {
  /** Speed the car must have at the goal. */
  readonly goalVelocity?: number;
  readonly renderMode?: string | null;
}

/**
 * The car in the valley of {@link MountainCarEnv} with an engine that can be set to any force. Reach the flag with
 * little effort.
 *
 * **Actions** `Box(-1, 1)`, `Float32Array[1]`: the force, positive to the right; clipped to the bounds and multiplied
 * by 0.0015.
 *
 * **Observations** `Box`, `Float32Array[2]`:
 *
 * | place | what | unit | bounds |
 * |---|---|---|---|
 * | 0 | position along the track | m | −1.2 … 0.6 |
 * | 1 | velocity | m per step | ±0.07 |
 *
 * **Rewards** −0.1·action² for every step (the action as given, not clipped), and 100 for reaching the goal.
 *
 * **Start** position uniform in [−0.6, −0.4], velocity 0; `reset({ options: { low, high } })` changes the bounds.
 *
 * **End** terminated at position ≥ 0.45 with velocity ≥ `goalVelocity`; truncated after 999 steps.
 *
 * **Arguments** {@link MountainCarContinuousKwargs}; `goalVelocity` is 0 by default.
 *
 * **Versions** v0: initial version.
 *
 * Source: agrees with `gymnasium/envs/classic_control/continuous_mountain_car.py` 1.3.0, whose state is float64 right
 * after `reset` and float32 from the first step on; constants are then rounded to float32 where they meet it.
 */
export class MountainCarContinuousEnv extends Env<Box, Box> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 30 };
  readonly observationSpace: Box = new Box([MIN_POSITION, -MAX_SPEED], [MAX_POSITION, MAX_SPEED]);
  readonly actionSpace: Box = new Box(-1, 1, { shape: [1] });
  readonly #goalVelocity: number;
  /** Position, velocity, and 1 if they are float32. */
  readonly #state: Float64Array = new Float64Array(3);
  #hasState = false;
  #reward = 0;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: MountainCarContinuousKwargs = {}) {
    super();
    const shape = { goalVelocity: z.number().default(0) };
    const { goalVelocity, renderMode } = parseKwargs(MountainCarContinuousEnv, shape, kwargs);
    this.#goalVelocity = goalVelocity;
    this.renderMode = renderMode;
  }

  override reset({ seed, options }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const { low, high } = boundsOption(options, -0.6, -0.4);
    this.#state[0] = this.random.uniform(low, high);
    this.#state[1] = 0;
    this.#state[2] = 0;
    this.#hasState = true;
    return [Float32Array.of(this.#state[0]!, 0), {}];
  }

  override step(action: Float32Array): StepResult<Float32Array> {
    const terminated = this.#advance(action);
    return [Float32Array.of(this.#state[0]!, this.#state[1]!), this.#reward, terminated, false, {}];
  }

  override stepInto(action: Float32Array, batch: StepBatch<Float32Array>, index: number): Info {
    batch.terminated[index] = this.#advance(action) ? 1 : 0;
    batch.truncated[index] = 0;
    batch.rewards[index] = this.#reward;
    batch.observations[index * 2] = this.#state[0]!;
    batch.observations[index * 2 + 1] = this.#state[1]!;
    return NO_INFO;
  }

  /** One step; tells whether the goal is reached. */
  #advance(action: ArrayLike<number>): boolean {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    const given = Math.fround(action[0]!);
    if (action.length !== 1 || Number.isNaN(given)) {
      throw new GymnasiumError(
        "invalid-action",
        `MountainCarContinuous takes one force in [-1, 1], got ${describe(action)}.`,
      );
    }
    const terminated = advanceMountainCarContinuous(this.#state, 0, given, this.#goalVelocity);
    this.#reward = mountainCarContinuousReward(given, terminated);
    return terminated;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, {
      rgb_array: () => drawMountainCar(this.#state[0]!, CONTINUOUS_GOAL_POSITION),
    });
  }

  override state(): JsonValue {
    return { random: this.saveRandom(), state: this.#hasState ? Array.from(this.#state) : null };
  }

  override restore(saved: JsonValue): void {
    const { random, state } = requireState(this, saved, ["random", "state"]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    if (state !== null) this.#state.set(state as readonly number[]);
  }
}
