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
import { accurateCos, accurateSin } from "./accurate-trigonometry.ts";
import { roundedSquare } from "./rounded-square.ts";

/** rad/s */
const MAX_SPEED = 8;
/** N m */
const MAX_TORQUE = 2;
const SECONDS_PER_STEP = 0.05;

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
  #angle = 0;
  #velocity = 0;
  #sine = 0;
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
    this.#setAngle(this.random.uniform(-angleLimit, angleLimit));
    this.#velocity = this.random.uniform(-velocityLimit, velocityLimit);
    this.#torque = null;
    this.#hasState = true;
    return [this.#observe(new Float32Array(3), 0), {}];
  }

  override step(action: Float32Array): StepResult<Float32Array> {
    const reward = this.#advance(action);
    return [this.#observe(new Float32Array(3), 0), reward, false, false, {}];
  }

  override stepInto(action: Float32Array, batch: StepBatch<Float32Array>, index: number): Info {
    batch.rewards[index] = this.#advance(action);
    this.#observe(batch.observations, index * 3);
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
    const angle = wrapAngle(this.#angle);
    const effort = Math.fround(Math.fround(0.001) * Math.fround(torque * torque));
    const cost = roundedSquare(angle) + 0.1 * roundedSquare(this.#velocity) + effort;
    const acceleration = ((3 * this.#gravity) / 2) * this.#sine + Math.fround(3 * torque);
    const velocity = this.#velocity + acceleration * SECONDS_PER_STEP;
    this.#velocity = Math.min(Math.max(velocity, -MAX_SPEED), MAX_SPEED);
    this.#setAngle(this.#angle + this.#velocity * SECONDS_PER_STEP);
    return -cost;
  }

  /** Keeps the sine, which the observation and the next step both need. */
  #setAngle(angle: number): void {
    this.#angle = angle;
    this.#sine = accurateSin(angle);
  }

  #observe(out: Float32Array, offset: number): Float32Array {
    out[offset] = accurateCos(this.#angle);
    out[offset + 1] = this.#sine;
    out[offset + 2] = this.#velocity;
    return out;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawPendulum(this.#angle, this.#torque) });
  }

  override state(): JsonValue {
    const state = this.#hasState ? [this.#angle, this.#velocity] : null;
    return { random: this.saveRandom(), state, torque: this.#torque };
  }

  override restore(saved: JsonValue): void {
    const { random, state, torque } = requireState(this, saved, ["random", "state", "torque"]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    this.#torque = torque as number | null;
    if (state === null) return;
    const [angle, velocity] = state as readonly [number, number];
    this.#setAngle(angle);
    this.#velocity = velocity;
  }
}

/** The same angle in [−π, π), as Python's `(x + π) % 2π − π`. */
function wrapAngle(angle: number): number {
  const turn = 2 * Math.PI;
  const rest = (angle + Math.PI) % turn;
  return (rest < 0 ? rest + turn : rest) - Math.PI;
}
