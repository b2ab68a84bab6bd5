import { GymnasiumError } from "../errors.ts";

/** The parts of an environment id. */
export interface EnvId {
  readonly namespace: string | null;
  readonly name: string;
  readonly version: number | null;
}

const ENV_ID = /^(?:(?<namespace>[\w:-]+)\/)?(?<name>[\w:.-]+?)(?:-v(?<version>\d+))?$/;

/**
 * Splits `[namespace/]name[-vN]`.
 *
 * @throws GymnasiumError `malformed-id`
 */
export function parseEnvId(id: string): EnvId {
  const groups = ENV_ID.exec(id)?.groups;
  if (groups === undefined) {
    throw new GymnasiumError(
      "malformed-id",
      `Malformed environment id ${JSON.stringify(id)}; ids have the form [namespace/]name[-vN], ` +
        "of letters, digits, underscores, dots and dashes.",
    );
  }
  return {
    namespace: groups.namespace ?? null,
    name: groups.name!,
    version: groups.version === undefined ? null : Number(groups.version),
  };
}

/** Puts an id together: the inverse of {@link parseEnvId}. */
export function formatEnvId({ namespace, name, version }: EnvId): string {
  return `${namespace === null ? "" : `${namespace}/`}${name}${version === null ? "" : `-v${version}`}`;
}
