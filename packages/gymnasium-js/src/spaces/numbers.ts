import { GymnasiumError } from "../errors.ts";
import { describe, isArrayLike } from "./space.ts";

/** Numbers in rows: a number, a typed array, or nested arrays of equal lengths. */
export type NestedNumbers = number | ArrayLike<number> | readonly NestedNumbers[];

/** Numbers laid out flat, row-major, and the shape they had (`null` for a lone number). */
export interface FlatNumbers {
  readonly values: Float64Array;
  readonly shape: readonly number[] | null;
}

/**
 * Flattens nested numbers.
 *
 * @throws GymnasiumError `bad-space` for rows of different lengths or values that are not numbers.
 */
export function flattenNumbers(name: string, nested: NestedNumbers): FlatNumbers {
  if (typeof nested === "number") return { values: Float64Array.of(nested), shape: null };
  if (!isArrayLike(nested)) {
    throw new GymnasiumError(
      "bad-space",
      `${name} must be a number or an array of numbers, got ${describe(nested)}.`,
    );
  }
  if (!Array.isArray(nested) || nested.every((value) => typeof value === "number")) {
    return { values: Float64Array.from(nested as ArrayLike<number>), shape: [nested.length] };
  }
  const rows = nested.map((row) => flattenNumbers(name, row));
  const rowShape = rows[0]!.shape;
  const even = rows.every((row) => row.shape !== null && String(row.shape) === String(rowShape));
  if (!even || rowShape === null) {
    throw new GymnasiumError(
      "bad-space",
      `The rows of ${name} have different shapes, got ${describe(nested)}.`,
    );
  }
  const values = new Float64Array(rows.length * rows[0]!.values.length);
  rows.forEach((row, index) => {
    values.set(row.values, index * row.values.length);
  });
  return { values, shape: [rows.length, ...rowShape] };
}

/** The same numbers as nested arrays of `shape`: the inverse of {@link flattenNumbers}. */
export function nestNumbers<T>(values: readonly T[], shape: readonly number[]): T | NestedOf<T> {
  if (shape.length === 0) return values[0] as T;
  if (shape.length === 1) return [...values];
  const [count, ...rest] = shape as [number, ...number[]];
  const stride = values.length / count;
  return Array.from(
    { length: count },
    (_, row) => nestNumbers(values.slice(row * stride, (row + 1) * stride), rest) as NestedOf<T>,
  );
}

/** Arrays of arrays of `T`. */
export type NestedOf<T> = readonly (T | NestedOf<T>)[];
