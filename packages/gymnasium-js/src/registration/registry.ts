import { BUILT_IN_SPECS } from "../environments/built-in-specs.ts";
import { GymnasiumError } from "../errors.ts";
import { warn } from "../warning.ts";
import { closestMatch } from "./closest-match.ts";
import { formatEnvId, parseEnvId } from "./env-id.ts";
import { EnvSpec, type EnvSpecFields } from "./env-spec.ts";

/** All registered environments by id. Change it through {@link register}. */
export const registry: Map<string, EnvSpec> = new Map(
  BUILT_IN_SPECS.map((fields) => [fields.id, new EnvSpec(fields)]),
);

let currentNamespace: string | null = null;

/**
 * Puts every environment that `registerAll` registers into a namespace, as plugins should do.
 *
 * @example withNamespace("acme", () => register({ id: "Grid-v0", entryPoint: GridEnv }))   // "acme/Grid-v0"
 */
export function withNamespace<T>(namespace: string, registerAll: () => T): T {
  const previous = currentNamespace;
  currentNamespace = namespace;
  try {
    return registerAll();
  } finally {
    currentNamespace = previous;
  }
}

/**
 * Registers an environment, so that `make` and `makeVec` find it by id. An id registered before is replaced with a
 * warning.
 *
 * @throws GymnasiumError `malformed-id`; `bad-registration` without any entry point, or where versioned and
 *   unversioned ids of one name would mix.
 */
export function register(fields: EnvSpecFields): EnvSpec {
  const { name, version, namespace } = parseEnvId(fields.id);
  const id = formatEnvId({ namespace: currentNamespace ?? namespace, name, version });
  const added = new EnvSpec({ ...fields, id });
  if (added.entryPoint === null && added.vectorEntryPoint === null) {
    throw new GymnasiumError(
      "bad-registration",
      `Cannot register ${id}: give it an entryPoint or a vectorEntryPoint.`,
    );
  }
  const siblings = [...registry.values()].filter((spec) => isSibling(spec, added));
  const conflict = siblings.find((spec) => (spec.version === null) !== (added.version === null));
  if (conflict !== undefined) {
    throw new GymnasiumError(
      "bad-registration",
      `Cannot register ${id}: ${conflict.id} exists, and one name is either versioned or not. ` +
        "Add or drop the version.",
    );
  }
  if (registry.has(id)) warn(`Replacing environment ${id}, which is already registered.`);
  registry.set(id, added);
  return added;
}

/**
 * The spec registered under exactly this id.
 *
 * @throws GymnasiumError `unknown-id`, `namespace-not-found`, `version-not-found` or `deprecated`, with a suggestion.
 */
export function spec(id: string): EnvSpec {
  const found = registry.get(id);
  if (found !== undefined) return found;
  parseEnvId(id);
  throw notFound(id);
}

/**
 * The spec that `make(id)` uses: an id without a version means the newest one, with a warning; an old version works,
 * with a warning.
 *
 * @throws GymnasiumError as {@link spec} does.
 */
export function findSpec(id: string): EnvSpec {
  if (id.includes(":")) {
    throw new GymnasiumError(
      "bad-entry-point",
      `${id} names a module to import first; importing takes time, so use await makeAsync(${JSON.stringify(id)}).`,
    );
  }
  const parts = parseEnvId(id);
  const latest = newestVersion(parts.namespace, parts.name);
  if (parts.version === null && latest !== null) {
    const newest = formatEnvId({ ...parts, version: latest });
    warn(`Using the newest version ${newest} for the id ${id}, which names none.`);
    return spec(newest);
  }
  const found = spec(id);
  if (parts.version !== null && latest !== null && latest > parts.version) {
    warn(`The environment ${id} is out of date; consider version v${latest}.`);
  }
  return found;
}

function newestVersion(namespace: string | null, name: string): number | null {
  let newest: number | null = null;
  for (const entry of registry.values()) {
    if (entry.namespace !== namespace || entry.name !== name || entry.version === null) continue;
    newest = Math.max(newest ?? 0, entry.version);
  }
  return newest;
}

function isSibling(a: EnvSpec, b: { readonly namespace: string | null; readonly name: string }): boolean {
  return a.namespace === b.namespace && a.name === b.name;
}

/** Says which part of the id is wrong, and what was probably meant. */
function notFound(id: string): GymnasiumError {
  const parts = parseEnvId(id);
  const { namespace, name, version } = parts;
  const all = [...registry.values()];
  if (namespace !== null && !all.some((entry) => entry.namespace === namespace)) {
    const namespaces = new Set(all.flatMap((entry) => entry.namespace ?? []));
    const suggestion = closestMatch(namespace, namespaces);
    return new GymnasiumError(
      "namespace-not-found",
      `Namespace ${namespace} not found. ` +
        (suggestion === null
          ? `Is the package that registers ${id} imported?`
          : `Did you mean ${suggestion}?`),
    );
  }
  const siblings = all.filter((entry) => isSibling(entry, parts));
  if (siblings.length === 0) {
    const names = new Set(all.filter((entry) => entry.namespace === namespace).map((entry) => entry.name));
    const suggestion = closestMatch(name, names);
    return new GymnasiumError(
      "unknown-id",
      `Environment ${name} is not registered${namespace === null ? "" : ` in namespace ${namespace}`}. ` +
        (suggestion === null ? "pprintRegistry() lists what is." : `Did you mean ${suggestion}?`),
    );
  }
  const versions = siblings.flatMap((entry) => entry.version ?? []).sort((a, b) => a - b);
  const base = formatEnvId({ ...parts, version: null });
  const newest = versions.at(-1);
  if (newest === undefined) {
    return new GymnasiumError(
      "deprecated",
      `Environment ${base} has no versions; use ${base} instead of ${id}.`,
    );
  }
  if (version !== null && version < newest) {
    return new GymnasiumError(
      "deprecated",
      `Version v${version} of ${base} is deprecated; use ${formatEnvId({ ...parts, version: newest })} instead.`,
    );
  }
  return new GymnasiumError(
    "version-not-found",
    `${id} is not registered; versions of ${base}: ${versions.map((known) => `v${known}`).join(", ")}.`,
  );
}

/** Options of {@link pprintRegistry}. */
export interface PprintOptions {
  /** What to list; by default {@link registry}. */
  readonly registry?: ReadonlyMap<string, EnvSpec>;
  /** Ids in one line. */
  readonly numColumns?: number;
  /** Headings to leave out. */
  readonly excludeNamespaces?: readonly string[];
  /** Only return the text. */
  readonly disablePrint?: boolean;
}

/** Lists all registered ids under headings, in columns, sorted; prints and returns the text. */
export function pprintRegistry(options: PprintOptions = {}): string {
  const { numColumns = 3, excludeNamespaces = [], disablePrint = false } = options;
  const specs = [...(options.registry ?? registry).values()];
  const width = specs.reduce((widest, entry) => Math.max(widest, entry.name.length), 0);
  const groups = new Map<string, string[]>();
  for (const entry of specs) {
    const group = entry.namespace ?? entry.group ?? entry.name;
    groups.set(group, [...(groups.get(group) ?? []), entry.id]);
  }
  const blocks = [...groups].flatMap(([group, ids]) => {
    if (excludeNamespaces.includes(group)) return [];
    const rows = [`===== ${group} =====`];
    const sorted = [...ids].sort();
    for (let i = 0; i < sorted.length; i += numColumns) {
      const row = sorted.slice(i, i + numColumns).map((id) => id.padEnd(width));
      rows.push(row.join(" ").trimEnd());
    }
    return [rows.join("\n")];
  });
  const text = blocks.join("\n");
  if (!disablePrint) console.log(text);
  return text;
}
