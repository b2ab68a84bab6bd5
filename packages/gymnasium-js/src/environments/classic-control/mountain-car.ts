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
import { Discrete } from "../../spaces/discrete.ts";
import { describe } from "../../spaces/space.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import {
  advanceMountainCar,
  GOAL_POSITION,
  MAX_POSITION,
  MAX_SPEED,
  MIN_POSITION,
} from "./mountain-car-physics.ts";

/** Arguments of {@link MountainCarEnv}. */
export interface MountainCarKwargs {
  /** Speed the car must have at the goal. */
  readonly goalVelocity?: number;
  readonly renderMode?: string | null;
}

/**
 * A car stands in a valley between two hills, with an engine too weak to climb the right one directly. Rock back and
 * forth to reach the flag on top of it.
 *
 * **Actions** `Discrete(3)`: 0 accelerates to the left, 1 does nothing, 2 accelerates to the right.
 *
 * **Observations** `Box`, `Float32Array[2]`:
 *
 * | place | what | unit | bounds |
 * |---|---|---|---|
 * | 0 | position along the track | m | −1.2 … 0.6 |
 * | 1 | velocity | m per step | ±0.07 |
 *
 * **Dynamics** velocity ← velocity + (action − 1)·0.001 − 0.0025·cos(3·position), then position ← position + velocity;
 * both are clipped to their bounds, and hitting the left wall stops the car.
 *
 * **Rewards** −1 for every step.
 *
 * **Start** position uniform in [−0.6, −0.4], velocity 0; `reset({ options: { low, high } })` changes the bounds.
 *
 * **End** terminated at position ≥ 0.5 with velocity ≥ `goalVelocity`; truncated after 200 steps.
 *
 * **Arguments** {@link MountainCarKwargs}; `goalVelocity` is 0 by default.
 *
 * **Versions** v0: initial version.
 *
 * Source: Moore, "Efficient memory-based learning for robot control" (1990); agrees with
 * `gymnasium/envs/classic_control/mountain_car.py` 1.3.0. The state is held in float64.
 */
export class MountainCarEnv extends Env<Box, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 30 };
  readonly observationSpace: Box = new Box([MIN_POSITION, -MAX_SPEED], [MAX_POSITION, MAX_SPEED]);
  readonly actionSpace: Discrete = new Discrete(3);
  readonly #goalVelocity: number;
  /** Position and velocity. */
  readonly #state: Float64Array = new Float64Array(2);
  #hasState = false;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: MountainCarKwargs = {}) {
    super();
    const { goalVelocity, renderMode } = parseKwargs(
      MountainCarEnv,
      { goalVelocity: z.number().default(0) },
      kwargs,
    );
    this.#goalVelocity = goalVelocity;
    this.renderMode = renderMode;
  }

  override reset({ seed, options }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const { low, high } = boundsOption(options, -0.6, -0.4);
    this.#state[0] = this.random.uniform(low, high);
    this.#state[1] = 0;
    this.#hasState = true;
    return [new Float32Array(this.#state), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const terminated = this.#advance(action);
    return [Float32Array.of(this.#state[0]!, this.#state[1]!), -1, terminated, false, {}];
  }

  override stepInto(action: number, batch: StepBatch<Float32Array>, index: number): Info {
    batch.terminated[index] = this.#advance(action) ? 1 : 0;
    batch.truncated[index] = 0;
    batch.rewards[index] = -1;
    batch.observations[index * 2] = this.#state[0]!;
    batch.observations[index * 2 + 1] = this.#state[1]!;
    return NO_INFO;
  }

  /** One step; tells whether the goal is reached. */
  #advance(action: number): boolean {
    if (action !== 0 && action !== 1 && action !== 2) {
      throw new GymnasiumError(
        "invalid-action",
        `MountainCar takes the action 0, 1 or 2, got ${describe(action)}.`,
      );
    }
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    return advanceMountainCar(this.#state, 0, action, this.#goalVelocity);
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawMountainCar(this.#state[0]!, GOAL_POSITION) });
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
