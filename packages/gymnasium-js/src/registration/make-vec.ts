import type { Env } from "../env.ts";
import type { EnvironmentTypes } from "../environments/built-in-specs.ts";
import { GymnasiumError } from "../errors.ts";
import { describe, type Space } from "../spaces/space.ts";
import { AsyncVectorEnv } from "../vector/async/async-vector-env.ts";
import { requireAutoresetMode, SyncVectorEnv } from "../vector/sync-vector-env.ts";
import type { AutoresetMode, InProcessVectorEnv } from "../vector/vector-env.ts";
import type { EnvSpec, Kwargs, VectorEnvCreator } from "./env-spec.ts";
import { create, make } from "./make.ts";
import { findSpec, registry } from "./registry.ts";

/** How environments are put together: one after the other, or by an implementation of their own. */
export type VectorizationMode = "sync" | "vector_entry_point";

const VECTORIZATION_MODES: readonly VectorizationMode[] = ["sync", "vector_entry_point"];

/** Options of {@link makeVec}; all others are arguments of the environment. */
export interface MakeVecOptions {
  /** How many environments. */
  readonly numEnvs?: number;
  /**
   * By default `"vector_entry_point"` where the spec has one and prefers it (`preferVectorEntryPoint`), else `"sync"`:
   * as in Gymnasium, where of the built-in environments only CartPole has one.
   */
  readonly vectorizationMode?: VectorizationMode | null;
  /** When environments start their next episode. */
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays; by default they are reused by the next step. */
  readonly copy?: boolean;
  /** Put around every environment, innermost first; with `"sync"` only. */
  readonly wrappers?: readonly ((env: Env) => Env)[];
  readonly renderMode?: string | null;
  readonly maxEpisodeSteps?: number | null;
  readonly [kwarg: string]: unknown;
}

/** Options of {@link makeVec} for environments in worker threads; all others are arguments of the environment. */
export interface MakeAsyncVecOptions {
  readonly vectorizationMode: "async";
  /** How many environments. */
  readonly numEnvs?: number;
  /** How many worker threads share them; by default as many as there are cores, at most `numEnvs`. */
  readonly numWorkers?: number;
  /** What every worker imports first, so that environments get registered there; see `AsyncVectorEnvOptions`. */
  readonly modules?: readonly string[];
  /** When environments start their next episode. */
  readonly autoresetMode?: AutoresetMode;
  /** Whether `reset` and `step` return fresh arrays; by default they are reused by the next step. */
  readonly copy?: boolean;
  readonly renderMode?: string | null;
  readonly maxEpisodeSteps?: number | null;
  readonly [kwarg: string]: unknown;
}

/** The vector environment, in worker threads, of environments of one type. */
export type AsyncVectorOf<Made> =
  Made extends Env<infer Observation extends Space, infer Action extends Space>
    ? AsyncVectorEnv<Observation, Action>
    : never;

/** The vector environment of environments of one type. */
export type VectorOf<Made> =
  Made extends Env<infer Observation extends Space, infer Action extends Space>
    ? InProcessVectorEnv<Observation, Action>
    : never;

/**
 * Makes many environments that step together, in this process or in worker threads.
 *
 * `"sync"` steps single environments one after the other: `reset({ seed })` gives environment `i` the seed `seed + i`,
 * and each behaves exactly as `make` would make it. `"vector_entry_point"` is an implementation of its own in one loop;
 * classic control has them, with one generator for all, as Gymnasium's for CartPole. `"async"` steps the same as
 * `"sync"` in worker threads, and returns promises: see `AsyncVectorEnv`.
 *
 * @throws GymnasiumError as `make` does; `bad-kwarg` for unknown modes.
 *
 * @example
 * const envs = makeVec("CartPole-v1", { numEnvs: 8, vectorizationMode: "sync" });
 * const [observations] = envs.reset({ seed: 1 });          // Float32Array [8 × 4]
 * const [next, rewards] = envs.step(new Int32Array(8));
 */
export function makeVec<Id extends keyof EnvironmentTypes>(
  id: Id,
  options: MakeAsyncVecOptions,
): AsyncVectorOf<EnvironmentTypes[Id]>;
export function makeVec<Observation extends Space = Space, Action extends Space = Space>(
  id: string | EnvSpec,
  options: MakeAsyncVecOptions,
): AsyncVectorEnv<Observation, Action>;
export function makeVec<Id extends keyof EnvironmentTypes>(
  id: Id,
  options?: MakeVecOptions,
): VectorOf<EnvironmentTypes[Id]>;
export function makeVec<Made extends InProcessVectorEnv = InProcessVectorEnv>(
  id: string | EnvSpec,
  options?: MakeVecOptions,
): Made;
export function makeVec(
  id: string | EnvSpec,
  options: MakeVecOptions | MakeAsyncVecOptions = {},
): InProcessVectorEnv | AsyncVectorEnv {
  if (options.vectorizationMode === "async") return makeInWorkers(id, options as MakeAsyncVecOptions);
  const spec = typeof id === "string" ? findSpec(id) : id;
  const {
    numEnvs = 1,
    vectorizationMode,
    autoresetMode,
    copy,
    wrappers = [],
    ...given
  } = {
    ...spec.kwargs,
    ...options,
  } as MakeVecOptions;
  if (!Number.isInteger(numEnvs) || numEnvs < 1) {
    throw new GymnasiumError("bad-kwarg", `numEnvs must be a whole number ≥ 1, got ${describe(numEnvs)}.`);
  }
  const vectorEntryPoint = spec.vectorEntryPoint ?? registry.get(spec.id)?.vectorEntryPoint ?? null;
  const canRunOwn =
    vectorEntryPoint !== null && wrappers.length === 0 && spec.additionalWrappers.length === 0;
  const mode =
    vectorizationMode ?? (canRunOwn && spec.preferVectorEntryPoint ? "vector_entry_point" : "sync");
  if (!VECTORIZATION_MODES.includes(mode)) {
    throw new GymnasiumError(
      "bad-kwarg",
      `vectorizationMode is one of ${VECTORIZATION_MODES.join(", ")}, async, got ${describe(mode)}.`,
    );
  }
  const shared = {
    autoresetMode: requireAutoresetMode(autoresetMode),
    ...(copy === undefined ? {} : { copy }),
  };
  let envs: InProcessVectorEnv;
  if (mode === "vector_entry_point") {
    envs = makeOwn(spec, vectorEntryPoint, wrappers.length, { numEnvs, ...shared, ...given });
  } else {
    const bare = spec.with({ kwargs: {} });
    const createOne = (): Env => wrappers.reduce((env, wrap) => wrap(env), make(bare, given));
    envs = new SyncVectorEnv(new Array(numEnvs).fill(createOne), shared);
  }
  envs.spec = spec.with({ kwargs: { ...given, numEnvs, vectorizationMode: mode, ...shared } });
  return envs;
}

function makeInWorkers(id: string | EnvSpec, options: MakeAsyncVecOptions): AsyncVectorEnv {
  const spec = typeof id === "string" ? findSpec(id) : id;
  const {
    vectorizationMode,
    numEnvs = 1,
    numWorkers,
    modules,
    autoresetMode,
    copy,
    wrappers,
    ...given
  } = {
    ...spec.kwargs,
    ...options,
  } as MakeAsyncVecOptions;
  if (wrappers !== undefined) {
    throw new GymnasiumError(
      "bad-kwarg",
      "Functions cannot be sent to worker threads: put the wrappers into the spec's additionalWrappers, by name.",
    );
  }
  const shared = {
    numEnvs,
    autoresetMode: requireAutoresetMode(autoresetMode),
    ...(numWorkers === undefined ? {} : { numWorkers }),
    ...(modules === undefined ? {} : { modules }),
    ...(copy === undefined ? {} : { copy }),
  };
  const envs = new AsyncVectorEnv(spec.with({ kwargs: {} }), { ...shared, kwargs: given });
  envs.spec = spec.with({ kwargs: { ...given, vectorizationMode, ...shared } });
  return envs;
}

function makeOwn(
  spec: EnvSpec,
  entryPoint: VectorEnvCreator | string | null,
  wrapperCount: number,
  kwargs: Kwargs,
): InProcessVectorEnv {
  if (entryPoint === null || typeof entryPoint === "string") {
    throw new GymnasiumError(
      "bad-entry-point",
      `${spec.id} has no vector entry point; use vectorizationMode "sync".`,
    );
  }
  if (wrapperCount > 0 || spec.additionalWrappers.length > 0) {
    throw new GymnasiumError(
      "bad-kwarg",
      `Wrappers around single environments need vectorizationMode "sync"; ${spec.id} was asked for as one loop.`,
    );
  }
  const limit = kwargs.maxEpisodeSteps ?? spec.maxEpisodeSteps;
  return create(entryPoint, {
    ...kwargs,
    ...(limit === null ? {} : { maxEpisodeSteps: limit }),
  }) as InProcessVectorEnv;
}
