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
import { drawAcrobot } from "../../rendering/classic-control.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { Box } from "../../spaces/box.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { describe } from "../../spaces/space.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import type { AcrobotEquations } from "./acrobot-dynamics.ts";
import { advanceAcrobot, MAX_SPEED_1, MAX_SPEED_2, observeAcrobot } from "./acrobot-physics.ts";

/** Arguments of {@link AcrobotEnv}. */
export interface AcrobotKwargs {
  /** Whose equations of motion: Sutton and Barto's book, or the NIPS paper, which lacks a term. */
  readonly bookOrNips?: AcrobotEquations;
  readonly renderMode?: string | null;
}

/**
 * Two links of 1 m and 1 kg hang from a fixed joint; a motor moves the joint between them. Swing the free end above a
 * line one link above the fixed joint.
 *
 * **Actions** `Discrete(3)`: torque of −1, 0 or 1 N m on the joint between the links, for 0.2 s.
 *
 * **Observations** `Box`, `Float32Array[6]`; θ₁ is the angle of the first link, 0 hanging down, θ₂ that of the second
 * relative to the first:
 *
 * | place | what | unit | bounds |
 * |---|---|---|---|
 * | 0, 1 | cos θ₁, sin θ₁ | | ±1 |
 * | 2, 3 | cos θ₂, sin θ₂ | | ±1 |
 * | 4 | angular velocity of θ₁ | rad/s | ±4π |
 * | 5 | angular velocity of θ₂ | rad/s | ±9π |
 *
 * **Rewards** −1 for every step, 0 for the one that reaches the line.
 *
 * **Start** angles and velocities uniform in ±0.1; `reset({ options: { low, high } })` changes the bounds.
 *
 * **End** terminated when −cos θ₁ − cos(θ₁ + θ₂) > 1; truncated after 500 steps.
 *
 * **Arguments** {@link AcrobotKwargs}; `bookOrNips` is `"book"` by default.
 *
 * **Versions** v1: 500 steps and sines and cosines in the observation; v0 had 200 steps and angles.
 *
 * Source: Sutton, "Generalization in reinforcement learning" (1996); Sutton and Barto, section 11.3; agrees with
 * `gymnasium/envs/classic_control/acrobot.py` 1.3.0, whose state is float32 right after `reset` and float64 from the
 * first step on.
 */
export class AcrobotEnv extends Env<Box, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 15 };
  readonly observationSpace: Box;
  readonly actionSpace: Discrete = new Discrete(3);
  readonly #equations: AcrobotEquations;
  /** θ₁, θ₂, their velocities, and 1 if these are float32. */
  readonly #state: Float64Array = new Float64Array(5);
  #hasState = false;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: AcrobotKwargs = {}) {
    super();
    const shape = { bookOrNips: z.enum(["book", "nips"]).default("book") };
    const { bookOrNips, renderMode } = parseKwargs(AcrobotEnv, shape, kwargs);
    this.#equations = bookOrNips;
    this.renderMode = renderMode;
    const high = [1, 1, 1, 1, MAX_SPEED_1, MAX_SPEED_2];
    this.observationSpace = new Box(
      high.map((bound) => -bound),
      high,
    );
  }

  override reset({ seed, options }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const { low, high } = boundsOption(options, -0.1, 0.1);
    for (let i = 0; i < 4; i++) this.#state[i] = Math.fround(this.random.uniform(low, high));
    this.#state[4] = 1;
    this.#hasState = true;
    return [this.#observe(), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const terminated = this.#advance(action);
    return [this.#observe(), terminated ? 0 : -1, terminated, false, {}];
  }

  override stepInto(action: number, batch: StepBatch<Float32Array>, index: number): Info {
    const terminated = this.#advance(action);
    batch.terminated[index] = terminated ? 1 : 0;
    batch.truncated[index] = 0;
    batch.rewards[index] = terminated ? 0 : -1;
    observeAcrobot(this.#state, 0, batch.observations, index * 6);
    return NO_INFO;
  }

  /** One step; tells whether the line is reached. */
  #advance(action: number): boolean {
    if (action !== 0 && action !== 1 && action !== 2) {
      throw new GymnasiumError(
        "invalid-action",
        `Acrobot takes the action 0, 1 or 2, got ${describe(action)}.`,
      );
    }
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    return advanceAcrobot(this.#state, 0, action, this.#equations);
  }

  #observe(): Float32Array {
    const observation = new Float32Array(6);
    observeAcrobot(this.#state, 0, observation, 0);
    return observation;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawAcrobot(this.#state[0]!, this.#state[1]!) });
  }

  override state(): JsonValue {
    const state = this.#hasState ? Array.from(this.#state.subarray(0, 4)) : null;
    return { random: this.saveRandom(), state, isSingle: this.#state[4] === 1 };
  }

  override restore(saved: JsonValue): void {
    const { random, state, isSingle } = requireState(this, saved, ["random", "state", "isSingle"]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    if (state !== null) this.#state.set(state as readonly number[]);
    this.#state[4] = isSingle === true ? 1 : 0;
  }
}
