import { Dict, GymnasiumError, type Space, Tuple } from "gymnasium-js";
import type { FrameArray, FrameValues } from "../programs/frame.ts";

/**
 * Puts the arrays of a batch into `into`: one array under `name`, those of composite spaces under `name.0`, `name.1`, …
 * in the order of their spaces. Lists of single elements are batched first.
 *
 * @throws GymnasiumError `invalid-action` where it does not fit the space.
 */
export function splitBatch(
  space: Space,
  batch: unknown,
  count: number,
  name: string,
  into: Record<string, FrameArray>,
): void {
  const children = childrenOf(space);
  if (Array.isArray(batch) && !(space instanceof Tuple && batch.length === space.spaces.length)) {
    const batched = space.createBatch(count);
    if (batch.length !== count) throw misfit(space, count);
    batch.forEach((element, i) => {
      space.writeBatch(batched, i, element);
    });
    splitBatch(space, batched, count, name, into);
    return;
  }
  if (children === null) {
    const expected = space.createBatch(count) as FrameValues;
    const given = batch as FrameValues;
    if (!ArrayBuffer.isView(given) || given.length !== expected.length) throw misfit(space, count);
    expected.set(given);
    into[name] = { values: expected, shape: [count, ...(space.shape ?? [])] };
    return;
  }
  children.forEach(([key, child], i) => {
    splitBatch(child, (batch as Record<string | number, unknown>)[key], count, `${name}.${i}`, into);
  });
}

/** The inverse of {@link splitBatch}; `null` where an array is missing or of another kind or size. */
export function joinBatch(
  space: Space,
  arrays: { readonly [name: string]: FrameArray },
  count: number,
  name: string,
): unknown {
  const children = childrenOf(space);
  if (children === null) {
    const expected = space.createBatch(count) as FrameValues;
    const values = arrays[name]?.values;
    return values?.constructor === expected.constructor && values.length === expected.length ? values : null;
  }
  const parts = children.map(
    ([key, child], i) => [key, joinBatch(child, arrays, count, `${name}.${i}`)] as const,
  );
  if (parts.some(([, part]) => part === null)) return null;
  return space instanceof Tuple ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}

function childrenOf(space: Space): (readonly [string | number, Space])[] | null {
  const composite: unknown = space;
  if (composite instanceof Dict) return composite.keys.map((key) => [key, composite.spaces[key] as Space]);
  if (composite instanceof Tuple)
    return composite.spaces.map((child: Space, i: number) => [i, child] as const);
  return null;
}

function misfit(space: Space, count: number): GymnasiumError {
  return new GymnasiumError("invalid-action", `Expected the actions of ${count} environments over ${space}.`);
}
