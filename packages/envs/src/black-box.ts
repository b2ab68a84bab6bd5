import type { Generator } from "@gradbridge/random";
import type { Box, Env } from "gymnasium-js";
import { z } from "zod";
import { BlackBoxEnv } from "./black-box-env.ts";
import { BlackBoxVectorEnv } from "./black-box-vector-env.ts";
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
   * derivative is needed. Both arrays are the caller's copies. A promise where the answer takes time: then use
   * {@link blackBoxVector}.
   */
  readonly evaluate?: (outputs: Float32Array, context: Float32Array) => number | Promise<number>;
  /**
   * The same for `count` rows at once, for objectives that are faster so: `outputs` is `[count × outputs]`, `contexts`
   * `[count × context.size]`, the answer one number for each row. It goes over `evaluate`; one of the two is needed.
   */
  readonly evaluateBatch?: (
    outputs: Float32Array,
    contexts: Float32Array,
    count: number,
  ) => ArrayLike<number> | Promise<ArrayLike<number>>;
  /** The situations; by default one that never changes, the single number 1. */
  readonly context?: BlackBoxContext;
}

/** A {@link blackBox}: an entry for `defineEnvPlugin`, whose `entryPoint` makes the environment. */
export interface BlackBoxEnvironment extends PluginEnvironment {
  readonly entryPoint: () => Env<Box, Box>;
}

const wholeNumber = z.int("a whole number ≥ 1").min(1, "a whole number ≥ 1");
const optionsSchema: z.ZodType<BlackBoxOptions> = z
  .strictObject({
    name: z.string("a text that is not empty").min(1, "a text that is not empty"),
    outputs: wholeNumber,
    evaluate: z
      .custom<NonNullable<BlackBoxOptions["evaluate"]>>(
        (value) => typeof value === "function",
        "a function (outputs, context) => number",
      )
      .exactOptional(),
    evaluateBatch: z
      .custom<NonNullable<BlackBoxOptions["evaluateBatch"]>>(
        (value) => typeof value === "function",
        "a function (outputs, contexts, count) => numbers",
      )
      .exactOptional(),
    context: z
      .strictObject({
        size: wholeNumber,
        sample: z.custom<BlackBoxContext["sample"]>(
          (value) => typeof value === "function",
          "a function (generator) => Float32Array",
        ),
      })
      .exactOptional(),
  })
  .refine((options) => options.evaluate !== undefined || options.evaluateBatch !== undefined, {
    path: ["evaluate"],
    error: "a function (outputs, context) => number, or evaluateBatch",
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
  const parsed = parseOptions(options);
  return { id: parsed.name, entryPoint: () => new BlackBoxEnv(parsed) };
}

/**
 * Many black boxes at once: all outputs of a step are judged together, by one call of `evaluateBatch`, or by calls of
 * `evaluate` that run at the same time where they give promises. Every step starts the next episode (`"same_step"`). With the
 * same seed it equals that many {@link blackBox} environments side by side.
 *
 * @throws EnvPluginError for options of the wrong type; GymnasiumError `bad-kwarg` unless `numEnvs` is a whole number ≥ 1.
 *
 * @example
 * const envs = blackBoxVector({ name: "Rating-v0", outputs: 2, evaluate: async (outputs) => ask(outputs) }, 16);
 */
export function blackBoxVector(options: BlackBoxOptions, numEnvs: number): BlackBoxVectorEnv {
  return new BlackBoxVectorEnv(parseOptions(options), numEnvs);
}

function parseOptions(options: BlackBoxOptions): BlackBoxOptions {
  const subject = typeof options?.name === "string" ? `black box ${describe(options.name)}` : "black box";
  return parseFields(optionsSchema, subject, options);
}
