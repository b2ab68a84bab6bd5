import type { Generator, PCG64State } from "@gradbridge/random";
import { z } from "zod";
import type { EnvMetadata, RgbFrame } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { drawCartPole } from "../../rendering/classic-control.ts";
import { renderByMode } from "../../rendering/render-by-mode.ts";
import { requireState } from "../../saved-state.ts";
import { checkSeed, createGenerator, type Seed } from "../../seeding.ts";
import { batchSpace } from "../../spaces/batch-space.ts";
import type { Box } from "../../spaces/box.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { describe, type Space } from "../../spaces/space.ts";
import { needsReset, takeResetMask } from "../../vector/sync-vector-env.ts";
import {
  AUTORESET_MODES,
  type AutoresetMode,
  InProcessVectorEnv,
  type VectorActions,
  type VectorInfo,
  type VectorResetOptions,
  type VectorResetResult,
  type VectorStepResult,
} from "../../vector/vector-env.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import { cartPoleObservationSpace } from "./cart-pole.ts";
import { advanceCartPole } from "./cart-pole-physics.ts";

/** Arguments of {@link CartPoleVectorEnv}. */
export interface CartPoleVectorKwargs {
  readonly numEnvs?: number;
  /** Steps after which an episode is truncated. */
  readonly maxEpisodeSteps?: number;
  readonly suttonBartoReward?: boolean;
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays instead of reused ones. */
  readonly copy?: boolean;
  readonly renderMode?: string | null;
}

/**
 * Many cart-poles ({@link CartPoleEnv}) in one loop over typed arrays.
 *
 * One generator starts all of them, so the trajectories are not those of single environments: `reset({ seed })` takes
 * one seed, and draws all positions first, then all velocities, angles and angular velocities. Environments that
 * start anew are drawn together in the same order.
 *
 * Source: `CartPoleVectorEnv` of Gymnasium 1.3.0, which has the autoreset mode `"next_step"` only.
 */
export class CartPoleVectorEnv extends InProcessVectorEnv<Box, Discrete> {
  readonly numEnvs: number;
  readonly singleObservationSpace: Box = cartPoleObservationSpace();
  readonly singleActionSpace: Discrete = new Discrete(2);
  readonly observationSpace: Space<Float32Array>;
  readonly actionSpace: Space<Int32Array>;
  readonly autoresetMode: AutoresetMode;
  readonly metadata: EnvMetadata;
  readonly maxEpisodeSteps: number;
  readonly #suttonBartoReward: boolean;
  readonly #copy: boolean;
  #random: Generator | null = null;
  #bounds = { low: -0.05, high: 0.05 };
  #hasState = false;
  /** `[numEnvs × 4]`, float64 */
  readonly #state: Float64Array;
  readonly #elapsed: Int32Array;
  /** 1 where the episode ended in the last step. */
  readonly #done: Uint8Array;
  /** Which environments start anew; working memory. */
  readonly #restarting: Int32Array;
  readonly #observations: Float32Array;
  readonly #rewards: Float64Array;
  readonly #terminated: Uint8Array;
  readonly #truncated: Uint8Array;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: CartPoleVectorKwargs = {}) {
    super();
    const renderModes = ["rgb_array"];
    const parsed = parseKwargs(
      { name: "CartPoleVectorEnv", metadata: { renderModes } },
      {
        numEnvs: z.int().positive().default(1),
        maxEpisodeSteps: z.int().positive().default(500),
        suttonBartoReward: z.boolean().default(false),
        autoresetMode: z
          .enum(AUTORESET_MODES as readonly [AutoresetMode, ...AutoresetMode[]])
          .default("next_step"),
        copy: z.boolean().default(false),
      },
      kwargs,
    );
    const { numEnvs } = parsed;
    this.numEnvs = numEnvs;
    this.maxEpisodeSteps = parsed.maxEpisodeSteps;
    this.autoresetMode = parsed.autoresetMode;
    this.metadata = { renderModes, renderFps: 50, autoresetMode: parsed.autoresetMode };
    this.renderMode = parsed.renderMode;
    this.#suttonBartoReward = parsed.suttonBartoReward;
    this.#copy = parsed.copy;
    this.observationSpace = batchSpace(this.singleObservationSpace, numEnvs);
    this.actionSpace = batchSpace(this.singleActionSpace, numEnvs);
    this.#state = new Float64Array(numEnvs * 4);
    this.#elapsed = new Int32Array(numEnvs);
    this.#done = new Uint8Array(numEnvs);
    this.#restarting = new Int32Array(numEnvs);
    this.#observations = new Float32Array(numEnvs * 4);
    this.#rewards = new Float64Array(numEnvs);
    this.#terminated = new Uint8Array(numEnvs);
    this.#truncated = new Uint8Array(numEnvs);
  }

  override reset({ seed, options }: VectorResetOptions = {}): VectorResetResult<Float32Array> {
    if (seed != null || this.#random === null) {
      if (seed != null) checkSeed(seed);
      this.#random = createGenerator(seed as Seed | null | undefined).generator;
    }
    const { mask, rest } = takeResetMask(options, this.numEnvs);
    this.#bounds = boundsOption(rest, -0.05, 0.05);
    this.#hasState = true;
    let count = 0;
    for (let i = 0; i < this.numEnvs; i++) {
      if (mask === null || mask[i] === 1) this.#restarting[count++] = i;
    }
    this.#restart(count);
    return [this.#copy ? this.#observations.slice() : this.#observations, {}];
  }

  override step(actions: VectorActions<Discrete>): VectorStepResult<Float32Array> {
    const { numEnvs, maxEpisodeSteps } = this;
    const state = this.#state;
    const elapsed = this.#elapsed;
    const done = this.#done;
    const restarting = this.#restarting;
    const observations = this.#observations;
    const rewards = this.#rewards;
    const terminated = this.#terminated;
    const truncated = this.#truncated;
    if (!this.#hasState) throw resetNeeded("step");
    if (this.autoresetMode === "disabled" && done.includes(1)) throw needsReset(done.indexOf(1));
    if (actions.length !== numEnvs) throw invalidActions(actions, numEnvs);
    for (let i = 0; i < numEnvs; i++)
      if (actions[i] !== 0 && actions[i] !== 1) throw invalidActions(actions, numEnvs);
    const running = this.#suttonBartoReward ? 0 : 1;
    const ended = this.#suttonBartoReward ? -1 : 1;
    let pending = 0;
    let anyEnded = 0;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) {
        restarting[pending++] = i;
        rewards[i] = 0;
        terminated[i] = 0;
        truncated[i] = 0;
        continue;
      }
      const offset = i * 4;
      const fell = advanceCartPole(state, offset, actions[i]!);
      const steps = elapsed[i]! + 1;
      elapsed[i] = steps;
      terminated[i] = fell ? 1 : 0;
      truncated[i] = steps >= maxEpisodeSteps ? 1 : 0;
      rewards[i] = fell ? ended : running;
      done[i] = terminated[i]! | truncated[i]!;
      anyEnded |= done[i]!;
      observations[offset] = state[offset]!;
      observations[offset + 1] = state[offset + 1]!;
      observations[offset + 2] = state[offset + 2]!;
      observations[offset + 3] = state[offset + 3]!;
    }
    if (pending > 0) this.#restart(pending);
    const info: VectorInfo = {};
    if (anyEnded === 1 && this.autoresetMode === "same_step") this.#finish(info);
    if (!this.#copy) return [observations, rewards, terminated, truncated, info];
    return [observations.slice(), rewards.slice(), terminated.slice(), truncated.slice(), info];
  }

  /** Keeps the last observations of the episodes that ended in this step, and starts the next ones. */
  #finish(info: VectorInfo): void {
    const ended = this.#done.slice();
    info.finalObservation = this.#observations.slice();
    info._finalObservation = ended;
    info.finalInfo = {};
    info._finalInfo = ended.slice();
    let count = 0;
    for (let i = 0; i < this.numEnvs; i++) if (ended[i] === 1) this.#restarting[count++] = i;
    this.#restart(count);
  }

  /**
   * New start for the first `count` environments listed in `#restarting`: one kind of number after the other, as NumPy
   * fills the rows of `[4, count]`.
   */
  #restart(count: number): void {
    const random = this.#random!;
    const { low, high } = this.#bounds;
    for (let place = 0; place < 4; place++) {
      for (let k = 0; k < count; k++)
        this.#state[this.#restarting[k]! * 4 + place] = random.uniform(low, high);
    }
    for (let k = 0; k < count; k++) {
      const i = this.#restarting[k]!;
      this.#elapsed[i] = 0;
      this.#done[i] = 0;
      for (let place = i * 4; place < i * 4 + 4; place++) this.#observations[place] = this.#state[place]!;
    }
  }

  /** One frame of every environment. */
  override render(): readonly RgbFrame[] | null {
    if (!this.#hasState) throw resetNeeded("render");
    return renderByMode(this, {
      rgb_array: () =>
        Array.from({ length: this.numEnvs }, (_, i) =>
          drawCartPole(this.#state[i * 4]!, this.#state[i * 4 + 2]!),
        ),
    });
  }

  override state(): JsonValue {
    return {
      random: this.#random === null ? null : ({ ...this.#random.state } as JsonValue),
      bounds: [this.#bounds.low, this.#bounds.high],
      state: this.#hasState ? Array.from(this.#state) : null,
      elapsed: Array.from(this.#elapsed),
      done: Array.from(this.#done),
    };
  }

  override restore(saved: JsonValue): void {
    const fields = requireState(this, saved, ["random", "bounds", "state", "elapsed", "done"]);
    if ((fields.done as readonly number[]).length !== this.numEnvs) {
      throw new GymnasiumError("bad-state", `${this} restores the state of ${this.numEnvs} environments.`);
    }
    this.#random ??= createGenerator(0).generator;
    if (fields.random === null) this.#random = null;
    else this.#random.restore(fields.random as unknown as PCG64State);
    const [low, high] = fields.bounds as readonly [number, number];
    this.#bounds = { low, high };
    this.#hasState = fields.state !== null;
    if (fields.state !== null) this.#state.set(fields.state as readonly number[]);
    this.#elapsed.set(fields.elapsed as readonly number[]);
    this.#done.set(fields.done as readonly number[]);
  }
}

function resetNeeded(method: string): GymnasiumError {
  return new GymnasiumError("reset-needed", `Call reset() before ${method}(): there is no episode yet.`);
}

function invalidActions(actions: unknown, numEnvs: number): GymnasiumError {
  return new GymnasiumError(
    "invalid-action",
    `CartPole takes one action 0 (left) or 1 (right) for each of ${numEnvs} environments, got ${describe(actions)}.`,
  );
}
