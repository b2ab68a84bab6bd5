import { allocateArray, type DType, type TypedArray } from "../../tensor/dtype.ts";
import type { ChainKernel } from "../chain.ts";
import type { AnyKernel } from "../kernel.ts";

/** One run of one kernel: what goes in, what the output buffers hold before, and how the result is judged. */
export interface KernelCase<K extends AnyKernel | ChainKernel = AnyKernel> {
  readonly kernel: K;
  readonly inputs: readonly TypedArray[];
  /** Lengths and first contents of the outputs: kernels that work in place, or write in part, depend on them. */
  readonly outputs: readonly TypedArray[];
  /** The kernel moves values or compares them: the result must be equal, not close. */
  readonly exact: boolean;
  /** Has NaN, infinities or subnormals in it: skipped where the device does not honour them. */
  readonly special?: boolean;
}

/** Lengths on both sides of vector widths and of their multiples. */
export const oddLengths: readonly number[] = [0, 1, 3, 4, 5, 17, 70];

/** The values where IEEE arithmetic has something to say. */
export const specialValues: readonly number[] = [
  0,
  -0,
  1,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  0.5,
  -2,
  3,
];

/**
 * `length` numbers that look random and are the same every time: in (−3, 3) for floats, with a zero now and then,
 * in [−9, 9] for int32. Another `seed`, other numbers.
 */
export function values(dtype: DType, length: number, seed: number): TypedArray {
  const array = allocateArray(dtype, length);
  let state = (seed * 2654435761 + 12345) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const unit = state / 2 ** 32;
    if (dtype === "int32") array[i] = Math.floor(unit * 19) - 9;
    else array[i] = state % 13 === 0 ? 0 : (unit - 0.5) * 6;
  }
  return array;
}

/** Numbers in [0, bound), as int32. */
export function indices(length: number, bound: number, seed: number): Int32Array {
  const array = new Int32Array(length);
  let state = (seed * 2654435761 + 99) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    array[i] = Math.floor((state / 2 ** 32) * bound);
  }
  return array;
}

/** `length` elements of some value that no kernel produces by chance: what is not written shows. */
export function stale(dtype: DType, length: number): TypedArray {
  return allocateArray(dtype, length).fill(-77);
}

/** `list` as an array of `dtype`. */
export function arrayOf(dtype: DType, list: readonly number[]): TypedArray {
  const array = allocateArray(dtype, list.length);
  array.set(list);
  return array;
}
