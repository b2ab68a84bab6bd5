import type { z } from "zod";
import { EnvPluginError } from "./env-plugin-error.ts";

const SHOWN_FAULTS = 3;

/**
 * Checks what somebody defines and gives a checked copy. The schema's messages say what is expected
 * (`"a whole number ≥ 1"`); the error adds where, and what came.
 *
 * @param subject - names the definition in the error, as `environment plugin "acme"`.
 * @throws EnvPluginError `environment plugin "acme": environments[0].id: expected an id, got 3 (number).`
 */
export function parseFields<Schema extends z.ZodType>(
  schema: Schema,
  subject: string,
  value: unknown,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => faultOf(issue, value));
  const shown = faults.slice(0, SHOWN_FAULTS).join("; ");
  const hidden = faults.length - SHOWN_FAULTS;
  throw new EnvPluginError(`${subject}: ${shown}${hidden > 0 ? `; and ${hidden} more` : ""}.`);
}

function faultOf(issue: z.core.$ZodIssue, value: unknown): string {
  const where = issue.path.length === 0 ? "" : `${formatPath(issue.path)}: `;
  if (issue.code === "unrecognized_keys") return `${where}${issue.message}`;
  return `${where}expected ${issue.message}, got ${describe(valueAt(value, issue.path))}`;
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown>)?.[key], root);
}

/** Short text for error messages. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") {
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return `${isClass ? "the class" : "the function"} ${value.name || "without a name"}`;
  }
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  if (typeof value === "object") return `an object { ${Object.keys(value).slice(0, 8).join(", ")} }`;
  return `${String(value)} (${typeof value})`;
}
