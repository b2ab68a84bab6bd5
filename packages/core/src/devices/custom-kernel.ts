import { DeviceError } from "../errors.ts";
import type { DType, TypedArray } from "../tensor/dtype.ts";
import type { Backend, DeviceBuffer } from "./backend.ts";

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
  readonly kind: "custom";
  readonly kernel: CustomKernel;
  /** How many invocations there are. */
  readonly count: number;
  readonly numbers: { readonly [name: string]: number };
}

/**
 * Runs a kernel of the user's own: on the device where it can, else its JavaScript on host copies.
 * @throws code `device` where the device runs no such kernels and cannot be read at once.
 */
export function runCustom(
  backend: Backend,
  run: CustomRun,
  inputs: readonly DeviceBuffer[],
  outputs: readonly DeviceBuffer[],
): void {
  if (backend.runCustom !== undefined) {
    backend.runCustom(run, inputs, outputs);
    return;
  }
  const { kernel, count, numbers } = run;
  if (backend.readSync === undefined) {
    throw new DeviceError(
      `${kernel.name}: the device ${backend.name} neither runs kernels of defineKernel nor is read at once.`,
    );
  }
  const names = [...Object.keys(kernel.inputs), ...Object.keys(kernel.outputs)];
  const values = [...inputs, ...outputs].map((buffer) => backend.readSync!(buffer));
  const buffers = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  for (let i = 0; i < count; i++) kernel.host(i, buffers, numbers);
  outputs.forEach((output, i) => {
    backend.write(output, values[inputs.length + i]);
  });
}
