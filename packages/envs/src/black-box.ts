import { type Generator, GradbridgeError } from "@gradbridge/random";
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
import { z } from "zod";
import type { PluginEnvironment } from "./define-env-plugin.ts";
import { describe, parseFields } from "./parse-fields.ts";

/** What a black box is asked about: the situation that its outputs shall fit. */
export interface BlackBoxContext {
  /** How many numbers describe it, ≥ 1. */
  readonly size: number;
  /** Draws one situation, `[size]` finite numbers, all randomness from `generator`. */
  readonly sample: (generator: Generator) => Float32Array;
}

/** What {@link blackBox} takes. */
export interface BlackBoxOptions {
  /** The environment's id, `[namespace/]name[-vN]`. */
  readonly name: string;
  /** How many real numbers are judged together, ≥ 1. */
  readonly outputs: number;
  /**
   * How good `outputs` (`[outputs]`) are in this `context` (`[context.size]`); more is better. Any finite number; no
   * derivative is needed. Both arrays are the caller's copies.
   */
  readonly evaluate: (outputs: Float32Array, context: Float32Array) => number;
  /** The situations; by default one that never changes, the single number 1. */
  readonly context?: BlackBoxContext;
}

/** A {@link blackBox}: an entry for `defineEnvPlugin`, whose `entryPoint` makes the environment. */
export interface BlackBoxEnvironment extends PluginEnvironment {
  readonly entryPoint: () => Env<Box, Box>;
}

const wholeNumber = z.int("a whole number ≥ 1").min(1, "a whole number ≥ 1");
const optionsSchema: z.ZodType<BlackBoxOptions> = z.strictObject({
  name: z.string("a text that is not empty").min(1, "a text that is not empty"),
  outputs: wholeNumber,
  evaluate: z.custom<BlackBoxOptions["evaluate"]>(
    (value) => typeof value === "function",
    "a function (outputs, context) => number",
  ),
  context: z
    .strictObject({
      size: wholeNumber,
      sample: z.custom<BlackBoxContext["sample"]>(
        (value) => typeof value === "function",
        "a function (generator) => Float32Array",
      ),
    })
    .exactOptional(),
});

/**
 * An objective as an environment of one step: the policy's outputs go in as the action, their reward comes out, the
 * episode is over. So anything that can be computed can be trained on: a simulator, a compiler, a rating.
 *
 * | | |
 * |---|---|
 * | action | `Box(-∞, ∞, [outputs])` |
 * | observation | the context, `Box(-∞, ∞, [context.size])` |
 * | reward | `evaluate(outputs, context)` |
 * | end | every step terminates |
 *
 * @returns an entry for `defineEnvPlugin`; its `entryPoint` makes the environment, also without any registration. It
 *   throws `reward` where `evaluate` gives no finite number, and `context` where `sample` gives something else than
 *   `[size]` finite numbers.
 * @throws EnvPluginError for options of the wrong type.
 *
 * @example
 * const parabola = blackBox({ name: "Parabola-v0", outputs: 2, evaluate: ([x, y]) => -((x! - 1) ** 2) - y! ** 2 });
 * const env = parabola.entryPoint();
 */
export function blackBox(options: BlackBoxOptions): BlackBoxEnvironment {
  const subject = typeof options?.name === "string" ? `black box ${describe(options.name)}` : "black box";
  const parsed = parseFields(optionsSchema, subject, options);
  return { id: parsed.name, entryPoint: () => new BlackBoxEnv(parsed) };
}

const constantContext: BlackBoxContext = { size: 1, sample: () => Float32Array.of(1) };

class BlackBoxEnv extends Env<Box, Box> {
  readonly observationSpace: Box;
  readonly actionSpace: Box;
  readonly #options: BlackBoxOptions;
  readonly #sample: BlackBoxContext["sample"];
  /** The situation to be judged; `null` when there is none, before `reset` and after `step`. */
  #context: Float32Array | null = null;

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
    const reward: unknown = this.#options.evaluate(Float32Array.from(action), context.slice());
    if (typeof reward !== "number" || !Number.isFinite(reward)) {
      throw new GradbridgeError(
        "reward",
        `${this}: evaluate must give a finite number, got ${shown(reward)} for the outputs ${shown(action)}. ` +
          "Give outputs that make no sense a low reward instead.",
      );
    }
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

function shown(value: unknown): string {
  if (!(value instanceof Float32Array)) return describe(value);
  return `[${value.slice(0, 8).join(", ")}${value.length > 8 ? ", …" : ""}]`;
}
