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
import { drawCartPole } from "../../rendering/classic-control.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { Box } from "../../spaces/box.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { describe } from "../../spaces/space.ts";
import { warn } from "../../warning.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import { ANGLE_LIMIT, advanceCartPole, POSITION_LIMIT } from "./cart-pole-physics.ts";

/** Arguments of {@link CartPoleEnv}. */
export interface CartPoleKwargs {
  /** Reward 0 for every step and −1 for the one that ends the episode, as in Sutton and Barto's code. */
  readonly suttonBartoReward?: boolean;
  readonly renderMode?: string | null;
}

/** The observation space of the cart-pole: twice the limits at which an episode ends, velocities unbounded. */
function cartPoleObservationSpace(): Box {
  const high = [POSITION_LIMIT * 2, Infinity, ANGLE_LIMIT * 2, Infinity];
  return new Box(
    high.map((bound) => -bound),
    high,
  );
}

/**
 * A pole stands on a cart, joined by a hinge without a motor, on a track without friction. Push the cart left and
 * right so that the pole stays up.
 *
 * **Actions** `Discrete(2)`: 0 pushes the cart to the left with 10 N, 1 to the right, for 0.02 s.
 *
 * **Observations** `Box`, `Float32Array[4]`:
 *
 * | place | what | unit | bounds of the space | episode ends beyond |
 * |---|---|---|---|---|
 * | 0 | position of the cart | m | ±4.8 | ±2.4 |
 * | 1 | velocity of the cart | m/s | none | |
 * | 2 | angle of the pole, 0 is upright | rad | ±0.418 (24°) | ±0.2095 (12°) |
 * | 3 | angular velocity of the pole | rad/s | none | |
 *
 * **Rewards** 1 for every step, the last one included. With `suttonBartoReward`: 0, and −1 for the last.
 *
 * **Start** every place uniform in ±0.05; `reset({ options: { low, high } })` changes the bounds.
 *
 * **End** terminated beyond the limits above; truncated after 500 steps (v1) or 200 (v0).
 *
 * **Arguments** {@link CartPoleKwargs}.
 *
 * **Versions** v1: 500 steps, solved at 475. v0: 200 steps, solved at 195.
 *
 * Source: Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve difficult learning control
 * problems" (1983); agrees with `gymnasium/envs/classic_control/cartpole.py` 1.3.0. The state is held in float64.
 */
export class CartPoleEnv extends Env<Box, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 50 };
  readonly observationSpace: Box = cartPoleObservationSpace();
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #state: Float64Array = new Float64Array(4);
  readonly #suttonBartoReward: boolean;
  #hasState = false;
  #terminated = false;
  /** Steps taken after the episode ended; −1 while it runs. */
  #stepsBeyondEnd = -1;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: CartPoleKwargs = {}) {
    super();
    const parsed = parseKwargs(CartPoleEnv, { suttonBartoReward: z.boolean().default(false) }, kwargs);
    this.#suttonBartoReward = parsed.suttonBartoReward;
    this.renderMode = parsed.renderMode;
  }

  override reset({ seed, options }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const { low, high } = boundsOption(options, -0.05, 0.05);
    for (let i = 0; i < 4; i++) this.#state[i] = this.random.uniform(low, high);
    this.#hasState = true;
    this.#stepsBeyondEnd = -1;
    return [new Float32Array(this.#state), {}];
  }

  override step(action: number): StepResult<Float32Array> {
    const reward = this.#advance(action);
    const state = this.#state;
    const observation = new Float32Array(4);
    observation[0] = state[0]!;
    observation[1] = state[1]!;
    observation[2] = state[2]!;
    observation[3] = state[3]!;
    return [observation, reward, this.#terminated, false, {}];
  }

  override stepInto(action: number, batch: StepBatch<Float32Array>, index: number): Info {
    batch.rewards[index] = this.#advance(action);
    const state = this.#state;
    const offset = index * 4;
    batch.observations[offset] = state[0]!;
    batch.observations[offset + 1] = state[1]!;
    batch.observations[offset + 2] = state[2]!;
    batch.observations[offset + 3] = state[3]!;
    batch.terminated[index] = this.#terminated ? 1 : 0;
    batch.truncated[index] = 0;
    return NO_INFO;
  }

  /** One step; gives the reward. */
  #advance(action: number): number {
    if (action !== 0 && action !== 1) {
      throw new GymnasiumError(
        "invalid-action",
        `CartPole takes the action 0 (left) or 1 (right), got ${describe(action)}.`,
      );
    }
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before step(): there is no episode yet.");
    this.#terminated = advanceCartPole(this.#state, 0, action);
    if (!this.#terminated) return this.#suttonBartoReward ? 0 : 1;
    this.#stepsBeyondEnd += 1;
    if (this.#stepsBeyondEnd === 0) return this.#suttonBartoReward ? -1 : 1;
    if (this.#stepsBeyondEnd === 1) {
      warn("step() was called after the episode terminated; call reset() first. Further steps mean nothing.");
    }
    return this.#suttonBartoReward ? -1 : 0;
  }

  override render(): RgbFrame | null {
    if (!this.#hasState)
      throw new GymnasiumError("reset-needed", "Call reset() before render(): there is no episode yet.");
    return renderByMode(this, { rgb_array: () => drawCartPole(this.#state[0]!, this.#state[2]!) });
  }

  override state(): JsonValue {
    return {
      random: this.saveRandom(),
      state: this.#hasState ? Array.from(this.#state) : null,
      stepsBeyondEnd: this.#stepsBeyondEnd,
    };
  }

  override restore(saved: JsonValue): void {
    const { random, state, stepsBeyondEnd } = requireState(this, saved, [
      "random",
      "state",
      "stepsBeyondEnd",
    ]);
    this.restoreRandom(random);
    this.#hasState = state !== null;
    if (state !== null) this.#state.set(state as readonly number[]);
    this.#stepsBeyondEnd = Number(stepsBeyondEnd);
  }
}
