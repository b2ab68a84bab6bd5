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
import { accurateCos } from "./accurate-trigonometry.ts";

const MIN_POSITION = -1.2;
const MAX_POSITION = 0.6;
const MAX_SPEED = 0.07;
const GOAL_POSITION = 0.45;
const POWER = 0.0015;
const GRAVITY = 0.0025;

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
  #position = 0;
  #velocity = 0;
  #isSingle = false;
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
    this.#position = this.random.uniform(low, high);
    this.#velocity = 0;
    this.#isSingle = false;
    this.#hasState = true;
    return [Float32Array.of(this.#position, this.#velocity), {}];
  }

  override step(action: Float32Array): StepResult<Float32Array> {
    const terminated = this.#advance(action);
    return [Float32Array.of(this.#position, this.#velocity), this.#reward, terminated, false, {}];
  }

  override stepInto(action: Float32Array, batch: StepBatch<Float32Array>, index: number): Info {
    batch.terminated[index] = this.#advance(action) ? 1 : 0;
    batch.truncated[index] = 0;
    batch.rewards[index] = this.#reward;
    batch.observations[index * 2] = this.#position;
    batch.observations[index * 2 + 1] = this.#velocity;
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
    // NumPy keeps the precision of the state; a clipped force is a Python float, any other a float32.
    const round = this.#isSingle ? Math.fround : identity;
    const { fround } = Math;
    const slope = GRAVITY * accurateCos(round(3 * this.#position));
    const isClipped = given < -1 || given > 1;
    const push = isClipped
      ? Math.sign(given) * POWER - slope
      : fround(fround(given * fround(POWER)) - fround(slope));
    let velocity = round(this.#velocity + round(push));
    if (velocity > round(MAX_SPEED)) velocity = MAX_SPEED;
    if (velocity < round(-MAX_SPEED)) velocity = -MAX_SPEED;
    let position = round(this.#position + round(velocity));
    if (position > round(MAX_POSITION)) position = MAX_POSITION;
    if (position < round(MIN_POSITION)) position = MIN_POSITION;
    if ((position === MIN_POSITION || position === round(MIN_POSITION)) && velocity < 0) velocity = 0;
    const terminated = position >= round(GOAL_POSITION) && velocity >= this.#goalVelocity;
    this.#reward = (terminated ? 100 : 0) - given * given * 0.1;
    this.#position = fround(position);
    this.#velocity = fround(velocity);
    this.#isSingle = true;
    return terminated;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawMountainCar(this.#position, GOAL_POSITION) });
  }

  override state(): JsonValue {
    const state = this.#hasState ? [this.#position, this.#velocity, Number(this.#isSingle)] : null;
    return { random: this.saveRandom(), state };
  }

  override restore(saved: JsonValue): void {
    const { random, state } = requireState(this, saved, ["random", "state"]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    if (state === null) return;
    const [position, velocity, isSingle] = state as readonly [number, number, number];
    this.#position = position;
    this.#velocity = velocity;
    this.#isSingle = isSingle === 1;
  }
}

function identity(value: number): number {
  return value;
}
