import { GymnasiumError } from "./errors.ts";
import type { JsonValue } from "./json.ts";

/** The fields of a saved state, or `bad-state` if one is missing. */
export function requireState<Name extends string>(
  owner: unknown,
  state: JsonValue,
  names: readonly Name[],
): { readonly [name in Name]: JsonValue } {
  const isRecord = typeof state === "object" && state !== null && !Array.isArray(state);
  const missing = names.filter((name) => !isRecord || !(name in state));
  if (missing.length > 0) {
    throw new GymnasiumError(
      "bad-state",
      `${String(owner)} restores what state() of an equally made environment gave; ${missing.join(", ")} is missing.`,
    );
  }
  return state as { readonly [name in Name]: JsonValue };
}
