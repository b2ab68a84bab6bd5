import { type EnvCreator, type Kwargs, parseEnvId, type VectorEnvCreator } from "gymnasium-js";
import { z } from "zod";
import { describe, parseFields } from "./parse-fields.ts";

/** One environment of a plugin: how to make it, and what its author knows about it. */
export interface PluginEnvironment {
  /** `[namespace/]name[-vN]`, as in `"acme/Corridor-v0"`; `make` finds the environment under it. */
  readonly id: string;
  /** What makes it: a class that extends `Env`, or a function `(kwargs) => Env`. */
  readonly entryPoint: EnvCreator;
  /** What makes a vector environment of its own, where there is one faster than many single ones. */
  readonly vectorEntryPoint?: VectorEnvCreator;
  /** Steps after which an episode is truncated, ≥ 1; none by default. */
  readonly maxEpisodeSteps?: number;
  /** The average return from which on the environment counts as solved. */
  readonly rewardThreshold?: number;
  /** Whether the same seed and actions can give different results; no by default. */
  readonly nondeterministic?: boolean;
  /** Arguments of the environment; those given to `make` go over them. */
  readonly kwargs?: Kwargs;
  /** One sentence for people. */
  readonly description?: string;
  /** Training settings that work well here, by the trainer's names; the trainer checks them. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

/** Environments that are distributed together. Made by {@link defineEnvPlugin}. */
export interface EnvPlugin {
  /** Who offers the environments: usually the package's name. */
  readonly name: string;
  /** The plugin's version, as `"1.0.0"`. */
  readonly version: string;
  /** At least one, each with an id of its own. */
  readonly environments: readonly PluginEnvironment[];
}

const wholeSteps = "a whole number ≥ 1";
const someText = "a text that is not empty";
const namedValues = z.record(z.string(), z.unknown(), "a plain object");

const environmentSchema = strictObject({
  id: z.custom<string>(isEnvId, 'an id [namespace/]name[-vN], as "acme/Corridor-v0"'),
  entryPoint: z.custom<EnvCreator>(isFunction, "a class that extends Env, or a function (kwargs) => Env"),
  vectorEntryPoint: z
    .custom<VectorEnvCreator>(
      isFunction,
      "a class that extends VectorEnv, or a function (kwargs) => VectorEnv",
    )
    .exactOptional(),
  maxEpisodeSteps: z.int(wholeSteps).min(1, wholeSteps).exactOptional(),
  rewardThreshold: z.number("a finite number").exactOptional(),
  nondeterministic: z.boolean("true or false").exactOptional(),
  kwargs: namedValues.exactOptional(),
  description: z.string(someText).min(1, someText).exactOptional(),
  defaults: namedValues.exactOptional(),
});

const pluginSchema: z.ZodType<EnvPlugin> = strictObject({
  name: z.string(someText).min(1, someText),
  version: z.string('a version, as "1.0.0"').regex(/^\d+\.\d+\.\d+/, 'a version, as "1.0.0"'),
  environments: z
    .array(environmentSchema, "an array of environments")
    .min(1, "at least one environment")
    .superRefine((environments, context) => {
      const ids = environments.map(({ id }) => id);
      ids.forEach((id, index) => {
        if (ids.indexOf(id) === index) return;
        context.addIssue({
          code: "custom",
          path: [index, "id"],
          message: "an id that no other environment has",
        });
      });
    }),
});

const defined = new WeakSet<object>();

/**
 * Declares environments, so that {@link loadEnvPlugin} finds them and `make` knows them by id.
 *
 * @returns a frozen copy of `fields`; the plugin is registered when it is loaded, not here.
 * @throws EnvPluginError naming the plugin, the field, what was expected and what came.
 *
 * @example
 * export const plugin = defineEnvPlugin({
 *   name: "acme",
 *   version: "1.0.0",
 *   environments: [{ id: "acme/Corridor-v0", entryPoint: CorridorEnv, maxEpisodeSteps: 50 }],
 * });
 */
export function defineEnvPlugin(fields: EnvPlugin): EnvPlugin {
  const name: unknown = (fields as Partial<EnvPlugin> | null | undefined)?.name;
  const subject = typeof name === "string" ? `environment plugin ${describe(name)}` : "environment plugin";
  const plugin = parseFields(pluginSchema, subject, fields);
  for (const environment of plugin.environments) {
    if (environment.kwargs !== undefined) Object.freeze(environment.kwargs);
    if (environment.defaults !== undefined) Object.freeze(environment.defaults);
    Object.freeze(environment);
  }
  Object.freeze(plugin.environments);
  defined.add(plugin);
  return Object.freeze(plugin);
}

/** Whether `value` was made by {@link defineEnvPlugin}. */
export function isEnvPlugin(value: unknown): value is EnvPlugin {
  return typeof value === "object" && value !== null && defined.has(value);
}

function strictObject<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  const names = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `there is no field ${(issue.keys as string[]).join(", ")}; the fields are ${names}`
        : `an object { ${names} }`,
  });
}

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

/** Ids with a colon are left out: `make` takes what stands before it for a module to import. */
function isEnvId(value: unknown): boolean {
  if (typeof value !== "string" || value.includes(":")) return false;
  try {
    parseEnvId(value);
    return true;
  } catch {
    return false;
  }
}
