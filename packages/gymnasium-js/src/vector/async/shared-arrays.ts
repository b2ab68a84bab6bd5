import { dtypeOf, type NumericArray } from "../../spaces/dtype.ts";
import type { SharedArrays, SharedBatch } from "./protocol.ts";

/**
 * Shared memory of the form of `batch`: every typed array in it becomes one over a `SharedArrayBuffer`, lists and
 * objects stay. `null` where it holds anything else.
 */
export function shareBatch(batch: unknown): SharedArrays | null {
  if (dtypeOf(batch) !== null) {
    const array = batch as NumericArray;
    const memory = new SharedArrayBuffer(array.byteLength);
    return new (array.constructor as new (memory: SharedArrayBuffer) => NumericArray)(memory);
  }
  if (typeof batch !== "object" || batch === null || ArrayBuffer.isView(batch)) return null;
  const parts = Object.entries(batch).map(([name, part]) => [name, shareBatch(part)] as const);
  if (parts.some(([, part]) => part === null)) return null;
  return Array.isArray(batch)
    ? parts.map(([, part]) => part as SharedArrays)
    : (Object.fromEntries(parts) as SharedArrays);
}

/**
 * Copies `source` into `target`, which has the same form.
 *
 * @returns whether the forms agree: the same names, typed arrays of the same type and length. Where they do not, part
 *   of `target` may have been written.
 */
export function copyArrays(target: unknown, source: unknown): boolean {
  const dtype = dtypeOf(target);
  if (dtype !== null) {
    const array = source as NumericArray;
    if (dtypeOf(source) !== dtype || array.length !== (target as NumericArray).length) return false;
    (target as NumericArray).set(array);
    return true;
  }
  if (typeof source !== "object" || source === null || Array.isArray(source) !== Array.isArray(target))
    return false;
  const [parts, given] = [target as Record<string, unknown>, source as Record<string, unknown>];
  const names = Object.keys(parts);
  return (
    names.length === Object.keys(given).length && names.every((name) => copyArrays(parts[name], given[name]))
  );
}

/** The shared memory of `numEnvs` environments whose observations and actions are batched like those given. */
export function createSharedBatch(
  numEnvs: number,
  observations: unknown,
  actions: unknown,
  withFinals: boolean,
): SharedBatch {
  const flags = (): Uint8Array => new Uint8Array(new SharedArrayBuffer(numEnvs));
  return {
    observations: shareBatch(observations),
    finals: withFinals ? shareBatch(observations) : null,
    actions: shareBatch(actions),
    rewards: new Float64Array(new SharedArrayBuffer(8 * numEnvs)),
    terminated: flags(),
    truncated: flags(),
    done: flags(),
    isFinal: flags(),
  };
}
