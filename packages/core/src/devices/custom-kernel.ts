import type { DType, TypedArray } from "../tensor/dtype.ts";

/** Buffers by name, in order. */
export type KernelBuffers = { readonly [name: string]: DType };

/** A kernel that is none of a backend's own kinds: the same work in WGSL and in JavaScript, invocation by invocation. */
export interface CustomKernel {
  /** Its identity: two kernels of one name have the same code. */
  readonly name: string;
  /** What it reads. */
  readonly inputs: KernelBuffers;
  /** What it writes, and may read before: what it does not write keeps its value. */
  readonly outputs: KernelBuffers;
  /** Numbers that it is given with every run: `float32` or `int32`. */
  readonly numbers: KernelBuffers;
  /**
   * One invocation in WGSL: `body` sees its index `i` (u32), every buffer as an array of its name, and every number as
   * `u.name`; `declarations` are functions and constants of its own.
   */
  readonly wgsl: { readonly declarations?: string; readonly body: string };
  /** The same in JavaScript, for devices that run no WGSL. */
  host(
    i: number,
    buffers: { readonly [name: string]: TypedArray },
    numbers: { readonly [name: string]: number },
  ): void;
}

/** One run of a {@link CustomKernel}. */
export interface CustomRun {
  readonly kernel: CustomKernel;
  /** How many invocations there are. */
  readonly count: number;
  readonly numbers: { readonly [name: string]: number };
}
