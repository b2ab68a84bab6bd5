import type { PCG64 } from "./pcg64.ts";

/** Anything with writable elements: an array or a typed array. */
export interface Shuffleable<T> {
  readonly length: number;
  [index: number]: T;
}

/**
 * Permutes `values` in place (Fisher and Yates, from the end). Agrees with NumPy's `shuffle`, which draws each index
 * by masking and rejecting 32 bits (`random_interval`), not by Lemire's method. `values` has at most 2^32 elements, as
 * every JavaScript array.
 */
export function shuffle<T>(bits: PCG64, values: Shuffleable<T>): void {
  for (let i = values.length - 1; i > 0; i--) {
    const mask = 0xffffffff >>> Math.clz32(i);
    let j = (bits.nextUint32() & mask) >>> 0;
    while (j > i) j = (bits.nextUint32() & mask) >>> 0;
    const value = values[j];
    values[j] = values[i];
    values[i] = value;
  }
}
