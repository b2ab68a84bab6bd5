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
import { drawPendulum } from "../../rendering/classic-control.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { Box } from "../../spaces/box.ts";
import { describe } from "../../spaces/space.ts";
import { numberOption, parseKwargs } from "../kwargs.ts";
import {
  advancePendulum,
  MAX_SPEED,
  MAX_TORQUE,
  observePendulum,
  placePendulum,
} from "./pendulum-physics.ts";

/** Arguments of {@link PendulumEnv}. */
export interface PendulumKwargs {
  /** Acceleration of gravity in m/s². */
  readonly g?: number;
  readonly renderMode?: string | null;
}

/**
 * A pendulum of 1 kg and 1 m hangs from a fixed hinge with a weak motor. Swing it up and keep it there with little
 * torque.
 *
 * **Actions** `Box(-2, 2)`, `Float32Array[1]`: the torque in N m, counter-clockwise; clipped to the bounds.
 *
 * **Observations** `Box`, `Float32Array[3]`; the angle θ is 0 upright:
 *
 * | place | what | unit | bounds |
 * |---|---|---|---|
 * | 0 | cos θ | | ±1 |
 * | 1 | sin θ | | ±1 |
 * | 2 | angular velocity | rad/s | ±8 |
 *
 * **Rewards** −(θ² + 0.1·θ̇² + 0.001·torque²) with θ in [−π, π): from −16.27 to 0, before the step is made.
 *
 * **Start** θ uniform in ±π, θ̇ in ±1 rad/s; `reset({ options: { xInit, yInit } })` changes both limits.
 *
 * **End** never terminated; truncated after 200 steps.
 *
 * **Arguments** {@link PendulumKwargs}; gravity is 10 m/s² by default.
 *
 * **Versions** v1: simpler equations, same behaviour as v0.
 *
 * Source: agrees with `gymnasium/envs/classic_control/pendulum.py` 1.3.0, where the torque, its square and its effect
 * are float32 and everything else is float64.
 */
export class PendulumEnv extends Env<Box, Box> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 30 };
  readonly observationSpace: Box = new Box([-1, -1, -MAX_SPEED], [1, 1, MAX_SPEED]);
  readonly actionSpace: Box = new Box(-MAX_TORQUE, MAX_TORQUE, { shape: [1] });
  readonly #gravity: number;
  /** Angle, angular velocity, sine of the angle. */
  readonly #state: Float64Array = new Float64Array(3);
  /** The last one, for the picture. */
  #torque: number | null = null;
  #hasState = false;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: PendulumKwargs = {}) {
    super();
    const { g, renderMode } = parseKwargs(PendulumEnv, { g: z.number().default(10) }, kwargs);
    this.#gravity = g;
    this.renderMode = renderMode;
  }

  override reset({ seed, options }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const angleLimit = numberOption(options, "xInit", Math.PI);
    const velocityLimit = numberOption(options, "yInit", 1);
    const angle = this.random.uniform(-angleLimit, angleLimit);
    placePendulum(this.#state, 0, angle, this.random.uniform(-velocityLimit, velocityLimit));
    this.#torque = null;
    this.#hasState = true;
    return [this.#observe(), {}];
  }

  override step(action: Float32Array): StepResult<Float32Array> {
    const reward = this.#advance(action);
    return [this.#observe(), reward, false, false, {}];
  }

  override stepInto(action: Float32Array, batch: StepBatch<Float32Array>, index: number): Info {
    batch.rewards[index] = this.#advance(action);
    observePendulum(this.#state, 0, batch.observations, index * 3);
    batch.terminated[index] = 0;
    batch.truncated[index] = 0;
    return NO_INFO;
  }

  /** One step; gives the reward of the state before it. */
  #advance(action: ArrayLike<number>): number {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    const torque = Math.fround(Math.min(Math.max(action[0]!, -MAX_TORQUE), MAX_TORQUE));
    if (action.length !== 1 || Number.isNaN(torque)) {
      throw new GymnasiumError(
        "invalid-action",
        `Pendulum takes one torque in [-2, 2], got ${describe(action)}.`,
      );
    }
    this.#torque = torque;
    return advancePendulum(this.#state, 0, torque, this.#gravity);
  }

  #observe(): Float32Array {
    const observation = new Float32Array(3);
    observePendulum(this.#state, 0, observation, 0);
    return observation;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawPendulum(this.#state[0]!, this.#torque) });
  }

  override state(): JsonValue {
    const state = this.#hasState ? [this.#state[0]!, this.#state[1]!] : null;
    return { random: this.saveRandom(), state, torque: this.#torque };
  }

  override restore(saved: JsonValue): void {
    const { random, state, torque } = requireState(this, saved, ["random", "state", "torque"]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    this.#torque = torque as number | null;
    if (state === null) return;
    const [angle, velocity] = state as readonly [number, number];
    placePendulum(this.#state, 0, angle, velocity);
  }
}
