import { Env } from "../env.ts";
import type { EnvironmentTypes } from "../environments/built-in-specs.ts";
import { GymnasiumError } from "../errors.ts";
import { warn } from "../warning.ts";
import { applyWrapper } from "../wrappers/built-in-wrappers.ts";
import { OrderEnforcing } from "../wrappers/order-enforcing.ts";
import { PassiveEnvChecker } from "../wrappers/passive-env-checker.ts";
import { RenderCollection } from "../wrappers/render-collection.ts";
import { TimeLimit } from "../wrappers/time-limit.ts";
import { type EnvCreator, type EnvSpec, type Kwargs, metadataOf } from "./env-spec.ts";
import { findSpec, registry } from "./registry.ts";

/** Options of {@link make}; all others are arguments of the environment. */
export interface MakeOptions {
  /** One of the environment's render modes. */
  readonly renderMode?: string | null;
  /** Overrides the spec's limit; −1 for none. */
  readonly maxEpisodeSteps?: number | null;
  /** Overrides the spec's choice to check the first reset, step and render. */
  readonly disableEnvChecker?: boolean | null;
  readonly [kwarg: string]: unknown;
}

/**
 * Makes a registered environment, and puts around it, from the inside: the passive checker, order enforcing, the time
 * limit, and the spec's additional wrappers.
 *
 * @param id - `[namespace/]name[-vN]` (without a version: the newest, with a warning), or a spec.
 * @param options - `renderMode`, `maxEpisodeSteps`, `disableEnvChecker`, and arguments of the environment.
 * @throws GymnasiumError `unknown-id`, `namespace-not-found`, `version-not-found`, `deprecated`, `malformed-id`;
 *   `bad-entry-point`; what the environment throws for wrong arguments.
 *
 * @example
 * const env = make("CartPole-v1");
 * let [observation] = env.reset({ seed: 1 });
 * const [next, reward, terminated, truncated] = env.step(env.actionSpace.sample());
 */
export function make<Id extends keyof EnvironmentTypes>(id: Id, options?: MakeOptions): EnvironmentTypes[Id];
export function make<Made extends Env = Env>(id: string | EnvSpec, options?: MakeOptions): Made;
export function make(id: string | EnvSpec, options: MakeOptions = {}): Env {
  const spec = typeof id === "string" ? findSpec(id) : id;
  return makeFrom(spec, resolveEntryPoint(spec), options);
}

/**
 * As {@link make}, for what must be imported first: ids with a module (`"acme-envs:Grid-v0"` imports `acme-envs`,
 * which registers the id), and specs whose entry point is `"module:export"`.
 *
 * @throws what the import throws, and what {@link make} throws.
 */
export async function makeAsync<Made extends Env = Env>(
  id: string | EnvSpec,
  options: MakeOptions = {},
): Promise<Made> {
  let spec: EnvSpec;
  if (typeof id === "string") {
    const colon = id.lastIndexOf(":");
    if (colon >= 0) await import(/* @vite-ignore */ id.slice(0, colon));
    spec = findSpec(id.slice(colon + 1));
  } else {
    spec = id;
  }
  const entryPoint = spec.entryPoint;
  const creator = typeof entryPoint === "string" ? await importExport(entryPoint) : resolveEntryPoint(spec);
  return makeFrom(spec, creator, options) as Made;
}

async function importExport(entryPoint: string): Promise<EnvCreator> {
  const colon = entryPoint.lastIndexOf(":");
  const imported = (await import(/* @vite-ignore */ entryPoint.slice(0, colon))) as Record<string, unknown>;
  const creator = imported[entryPoint.slice(colon + 1)];
  if (typeof creator === "function") return creator as EnvCreator;
  throw new GymnasiumError(
    "bad-entry-point",
    `${entryPoint} is not a class or function; the module exports ${Object.keys(imported).join(", ")}.`,
  );
}

/** The class or function of a spec; a spec read from JSON has none and uses the one registered under its id. */
function resolveEntryPoint(spec: EnvSpec): EnvCreator {
  const entryPoint = spec.entryPoint ?? registry.get(spec.id)?.entryPoint ?? null;
  if (entryPoint === null) {
    throw new GymnasiumError(
      "bad-entry-point",
      `${spec.id} has no entryPoint: it can only be made by makeVec.`,
    );
  }
  if (typeof entryPoint === "string") {
    throw new GymnasiumError(
      "bad-entry-point",
      `The entry point ${entryPoint} must be imported first: use await makeAsync(${JSON.stringify(spec.id)}).`,
    );
  }
  return entryPoint;
}

/** Calls a class with `new`, a function without. */
export function create<Made>(
  creator: (new (kwargs: never) => Made) | ((kwargs: Kwargs) => Made),
  kwargs: Kwargs,
): Made {
  // Only a class has a prototype that cannot be replaced.
  const isClass = Object.getOwnPropertyDescriptor(creator, "prototype")?.writable === false;
  return isClass
    ? new (creator as new (kwargs: Kwargs) => Made)(kwargs)
    : (creator as (kwargs: Kwargs) => Made)(kwargs);
}

function makeFrom(spec: EnvSpec, creator: EnvCreator, options: MakeOptions): Env {
  const { maxEpisodeSteps, disableEnvChecker, renderMode, ...given } = options;
  const mode = renderMode ?? (spec.kwargs.renderMode as string | null | undefined) ?? null;
  const metadata = metadataOf(creator);
  const collected = frameModeOf(mode, metadata?.renderModes);
  const innerMode = collected ?? mode;
  const kwargs: Kwargs = {
    ...spec.kwargs,
    ...given,
    ...(innerMode === null ? {} : { renderMode: innerMode }),
  };
  if (metadata !== null && !Array.isArray(metadata.renderModes)) {
    warn(`The metadata of ${spec.id} should list renderModes; it has ${Object.keys(metadata).join(", ")}.`);
  }
  let env = create(creator, kwargs);
  if (!(env instanceof Env)) {
    throw new GymnasiumError(
      "bad-entry-point",
      `The entry point of ${spec.id} must make an Env, it made ${String(env)}.`,
    );
  }
  env.unwrapped.spec = spec.with({
    maxEpisodeSteps: null,
    orderEnforce: false,
    disableEnvChecker: true,
    kwargs,
    additionalWrappers: [],
  });
  const alreadyWrapped = env.spec?.additionalWrappers.length ?? 0;
  if (!(disableEnvChecker ?? spec.disableEnvChecker)) env = new PassiveEnvChecker(env);
  if (spec.orderEnforce) env = new OrderEnforcing(env);
  const limit = maxEpisodeSteps ?? spec.maxEpisodeSteps;
  if (limit !== null && limit !== -1) env = new TimeLimit(env, limit);
  for (const wrapper of spec.additionalWrappers.slice(alreadyWrapped)) env = applyWrapper(env, wrapper);
  return collected === null ? env : new RenderCollection(env);
}

/** For a mode such as `ansi_list` that the environment lacks: the mode `ansi` that it has. */
function frameModeOf(mode: string | null, modes: unknown): string | null {
  if (mode === null || !mode.endsWith("_list") || !Array.isArray(modes) || modes.includes(mode)) return null;
  const single = mode.slice(0, -"_list".length);
  return modes.includes(single) ? single : null;
}
