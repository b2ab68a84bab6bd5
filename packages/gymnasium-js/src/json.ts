/** A value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** JSON has no infinities: they travel as text. */
export function numberToJson(value: number): JsonValue {
  if (value === Infinity) return "Infinity";
  if (value === -Infinity) return "-Infinity";
  return Number.isNaN(value) ? "NaN" : value;
}

/** Inverse of {@link numberToJson}. */
export function numberFromJson(value: JsonValue): number {
  return typeof value === "number" ? value : Number(value);
}
