import { GradbridgeError } from "@gradbridge/random";
import {
  Box,
  Env,
  GymnasiumError,
  type JsonValue,
  type ResetOptions,
  type ResetResult,
  requireState,
  type StepResult,
} from "gymnasium-js";
import type { BlackBoxContext, BlackBoxOptions } from "./black-box.ts";
import { describe } from "./parse-fields.ts";

const constantContext: BlackBoxContext = { size: 1, sample: () => Float32Array.of(1) };

/** One black box. Internal. */
export class BlackBoxEnv extends Env<Box, Box> {
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly #options: BlackBoxOptions;
  readonly #sample: BlackBoxContext["sample"];
  /** The situation to be judged; `null` when there is none, before `reset` and after `step`. */
  #context: Float32Array | null = null;

  /** The situation to be judged, for the vector that judges many; `null` when there is none. */
  get context(): Float32Array | null {
    return this.#context;
  }

  constructor(options: BlackBoxOptions) {
    super();
    const { size, sample } = options.context ?? constantContext;
    this.observationSpace = new Box(-Infinity, Infinity, { shape: [size] });
    this.actionSpace = new Box(-Infinity, Infinity, { shape: [options.outputs] });
    this.#options = options;
    this.#sample = sample;
  }

  override reset({ seed }: ResetOptions = {}): ResetResult<Float32Array> {
    this.reseed(seed);
    const drawn: unknown = this.#sample(this.random);
    const { size } = this.observationSpace;
    if (!(drawn instanceof Float32Array) || drawn.length !== size || !drawn.every(Number.isFinite)) {
      throw new GradbridgeError(
        "context",
        `${this}: context.sample must give a Float32Array of ${size} finite numbers, got ${shown(drawn)}.`,
      );
    }
    this.#context = drawn.slice();
    return [drawn.slice(), {}];
  }

  override step(action: Float32Array): StepResult<Float32Array> {
    const context = this.#context;
    if (context === null) {
      throw new GymnasiumError(
        "reset-needed",
        `${this}: call reset() before every step(); an episode has one step.`,
      );
    }
    if (!this.actionSpace.contains(action)) {
      const { outputs } = this.#options;
      throw new GymnasiumError("invalid-action", `${this} takes ${outputs} numbers, got ${shown(action)}.`);
    }
    const { evaluate, evaluateBatch } = this.#options;
    const outputs = Float32Array.from(action);
    const told: unknown =
      evaluateBatch === undefined
        ? evaluate!(outputs, context.slice())
        : evaluateBatch(outputs, context.slice(), 1);
    const isLater = told instanceof Promise;
    if (isLater) told.catch(() => {}); // it is refused anyway
    const reward = evaluateBatch === undefined || isLater ? told : rewardsOf(this, told, 1)[0];
    requireReward(this, reward, action);
    this.#context = null;
    return [context, reward, true, false, {}];
  }

  override state(): JsonValue {
    return { random: this.saveRandom(), context: this.#context === null ? null : Array.from(this.#context) };
  }

  override restore(saved: JsonValue): void {
    const { random, context } = requireState(this, saved, ["random", "context"]);
    this.restoreRandom(random);
    this.#context = context === null ? null : Float32Array.from(context as readonly number[]);
  }

  override toString(): string {
    return `black box ${describe(this.#options.name)}`;
  }
}

/** @throws GradbridgeError `reward` unless it is a finite number. */
export function requireReward(
  subject: object | string,
  reward: unknown,
  outputs: unknown,
): asserts reward is number {
  if (typeof reward === "number" && Number.isFinite(reward)) return;
  const advice =
    reward instanceof Promise
      ? "An objective that takes time needs blackBoxVector."
      : "Give outputs that make no sense a low reward instead.";
  throw new GradbridgeError(
    "reward",
    `${subject}: evaluate must give a finite number, got ${shown(reward)} for the outputs ${shown(outputs)}. ${advice}`,
  );
}

/** What `evaluateBatch` gave. @throws GradbridgeError `reward` unless it is `count` things. */
export function rewardsOf(subject: object, told: unknown, count: number): ArrayLike<unknown> {
  const length = (told as ArrayLike<unknown> | null | undefined)?.length;
  if (typeof told === "object" && length === count) return told as ArrayLike<unknown>;
  throw new GradbridgeError(
    "reward",
    `${subject}: evaluateBatch must give ${count} numbers, one for each row, got ${length === undefined ? describe(told) : length}.`,
  );
}

function shown(value: unknown): string {
  if (!(value instanceof Float32Array)) return describe(value);
  return `[${value.slice(0, 8).join(", ")}${value.length > 8 ? ", …" : ""}]`;
}
