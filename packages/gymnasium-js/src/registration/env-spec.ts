import type { Env, EnvMetadata } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { VectorEnv } from "../vector/vector-env.ts";
import { formatEnvId, parseEnvId } from "./env-id.ts";

/** Named arguments of an environment. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** A class or function that makes an environment from its arguments (with `renderMode` among them). */
export type EnvCreator = (new (kwargs: never) => Env) | ((kwargs: Kwargs) => Env);

/** A class or function that makes a vector environment; `numEnvs`, `maxEpisodeSteps` and `autoresetMode` are among its arguments. */
export type VectorEnvCreator = (new (kwargs: never) => VectorEnv) | ((kwargs: Kwargs) => VectorEnv);

/** One wrapper of a spec: its name and its constructor's arguments after the environment, `null` if not recorded. */
export interface WrapperSpec {
  readonly name: string;
  readonly args: readonly JsonValue[] | null;
}

/** What `register` takes. */
export interface EnvSpecFields {
  /** `[namespace/]name[-vN]`. */
  readonly id: string;
  /** What makes the environment: a class, a function, or `"module:export"` for `makeAsync` to import. */
  readonly entryPoint?: EnvCreator | string | null;
  /** The average return from which on the environment counts as solved. */
  readonly rewardThreshold?: number | null;
  /** Whether the same seed and actions can give different results. */
  readonly nondeterministic?: boolean;
  /** Steps after which an episode is truncated; none by default. */
  readonly maxEpisodeSteps?: number | null;
  /** Whether `step` before `reset` is an error. */
  readonly orderEnforce?: boolean;
  /** Whether to leave out the checks of the first reset, step and render. */
  readonly disableEnvChecker?: boolean;
  /** Arguments of the environment; those given to `make` go over them. */
  readonly kwargs?: Kwargs;
  /** Wrappers that `make` puts around the environment, innermost first. */
  readonly additionalWrappers?: readonly WrapperSpec[];
  /** What makes a vector environment of its own, for `makeVec`. */
  readonly vectorEntryPoint?: VectorEnvCreator | string | null;
  /**
   * Whether `makeVec` takes the `vectorEntryPoint` where no mode is asked for, as Gymnasium does (default). `false` for
   * environments that have none in Gymnasium, so that `makeVec(id)` gives the trajectories of Python there, too.
   */
  readonly preferVectorEntryPoint?: boolean;
  /** Heading under which `pprintRegistry` lists it; by default its namespace or name. */
  readonly group?: string | null;
}

/**
 * How to make an environment. Immutable; {@link with} gives a changed copy.
 *
 * Source: `gymnasium.envs.registration.EnvSpec`.
 */
export class EnvSpec implements Required<EnvSpecFields> {
  readonly id: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly version: number | null;
  readonly entryPoint: EnvCreator | string | null;
  readonly rewardThreshold: number | null;
  readonly nondeterministic: boolean;
  readonly maxEpisodeSteps: number | null;
  readonly orderEnforce: boolean;
  readonly disableEnvChecker: boolean;
  readonly kwargs: Kwargs;
  readonly additionalWrappers: readonly WrapperSpec[];
  readonly vectorEntryPoint: VectorEnvCreator | string | null;
  readonly preferVectorEntryPoint: boolean;
  readonly group: string | null;

  /** @throws GymnasiumError `malformed-id` */
  constructor(fields: EnvSpecFields) {
    const { namespace, name, version } = parseEnvId(fields.id);
    this.id = formatEnvId({ namespace, name, version });
    this.namespace = namespace;
    this.name = name;
    this.version = version;
    this.entryPoint = fields.entryPoint ?? null;
    this.rewardThreshold = fields.rewardThreshold ?? null;
    this.nondeterministic = fields.nondeterministic ?? false;
    this.maxEpisodeSteps = fields.maxEpisodeSteps ?? null;
    this.orderEnforce = fields.orderEnforce ?? true;
    this.disableEnvChecker = fields.disableEnvChecker ?? false;
    this.kwargs = Object.freeze({ ...fields.kwargs });
    this.additionalWrappers = Object.freeze([...(fields.additionalWrappers ?? [])]);
    this.vectorEntryPoint = fields.vectorEntryPoint ?? null;
    this.preferVectorEntryPoint = fields.preferVectorEntryPoint ?? true;
    this.group = fields.group ?? null;
  }

  /** A copy with some fields changed. */
  with(changes: Partial<EnvSpecFields>): EnvSpec {
    return new EnvSpec({ ...this, ...changes });
  }

  /**
   * The spec as plain JSON. Entry points that are classes or functions are left out: `make` finds them again under
   * the id in the registry.
   *
   * @throws GymnasiumError `unsupported` if an argument is a function or another thing JSON cannot hold.
   */
  toJSON(): JsonValue {
    requirePlain(this.id, "kwargs", this.kwargs);
    return {
      id: this.id,
      entryPoint: typeof this.entryPoint === "string" ? this.entryPoint : null,
      rewardThreshold: this.rewardThreshold,
      nondeterministic: this.nondeterministic,
      maxEpisodeSteps: this.maxEpisodeSteps,
      orderEnforce: this.orderEnforce,
      disableEnvChecker: this.disableEnvChecker,
      kwargs: this.kwargs as { readonly [name: string]: JsonValue },
      additionalWrappers: this.additionalWrappers.map(({ name, args }) => ({ name, args })),
      vectorEntryPoint: typeof this.vectorEntryPoint === "string" ? this.vectorEntryPoint : null,
      preferVectorEntryPoint: this.preferVectorEntryPoint,
      group: this.group,
    };
  }

  /** The spec that {@link toJSON} (or its text) describes. */
  static fromJSON(json: JsonValue): EnvSpec {
    const fields = typeof json === "string" ? (JSON.parse(json) as JsonValue) : json;
    if (
      typeof fields !== "object" ||
      fields === null ||
      typeof (fields as { id?: unknown }).id !== "string"
    ) {
      throw new GymnasiumError(
        "bad-registration",
        `EnvSpec.fromJSON takes what toJSON gave, got ${JSON.stringify(json)}.`,
      );
    }
    return new EnvSpec(fields as unknown as EnvSpecFields);
  }

  /** The fields that differ from their defaults, one a line (all of them with `all`). */
  describe({ all = false }: { readonly all?: boolean } = {}): string {
    const lines = [`id=${this.id}`];
    const add = (name: string, value: unknown, usual: unknown): void => {
      if (all || value !== usual) lines.push(`${name}=${String(value)}`);
    };
    add("rewardThreshold", this.rewardThreshold, null);
    add("nondeterministic", this.nondeterministic, false);
    add("maxEpisodeSteps", this.maxEpisodeSteps, null);
    add("orderEnforce", this.orderEnforce, true);
    add("disableEnvChecker", this.disableEnvChecker, false);
    for (const { name, args } of this.additionalWrappers)
      lines.push(`\twrapper=${name}, args=${JSON.stringify(args)}`);
    return lines.join("\n");
  }
}

/** The metadata of a creator that has some, as classes of environments do. */
export function metadataOf(creator: EnvCreator): EnvMetadata | null {
  return (creator as { metadata?: EnvMetadata }).metadata ?? null;
}

function requirePlain(id: string, path: string, value: unknown): void {
  if (value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value)) return;
  const isList = Array.isArray(value);
  if (isList || (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype)) {
    for (const [name, child] of Object.entries(value as object)) requirePlain(id, `${path}.${name}`, child);
    return;
  }
  throw new GymnasiumError(
    "unsupported",
    `The spec of ${id} cannot be written as JSON: ${path} is ${String(value)}.`,
  );
}
