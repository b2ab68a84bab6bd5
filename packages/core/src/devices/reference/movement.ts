import type { TypedArray } from "../../tensor/dtype.ts";
import type { KernelOf } from "../kernel.ts";
import { sizeOf, stridedOffsets } from "./strided.ts";

/** Every element becomes `value` (int32: truncated toward zero). */
export function runFill(kernel: KernelOf<"fill">, y: TypedArray): void {
  y.fill(kernel.value, 0, kernel.length);
}

/** Rounds to nearest; float → int32 truncates toward zero, saturates at the type's ends and maps NaN to 0. */
export function runCast(kernel: KernelOf<"cast">, x: TypedArray, y: TypedArray): void {
  const truncates = kernel.to === "int32";
  for (let i = 0; i < kernel.length; i++) {
    const value = x[i]!;
    y[i] = truncates ? Math.min(Math.max(Math.trunc(value), -(2 ** 31)), 2 ** 31 - 1) : value;
  }
}

/** The strided copy: y at the output's offsets = x at the input's. */
export function runCopy(kernel: KernelOf<"copy">, x: TypedArray, y: TypedArray): void {
  const from = stridedOffsets(kernel.shape, kernel.inputStrides, kernel.inputOffset);
  const to = stridedOffsets(kernel.shape, kernel.outputStrides, kernel.outputOffset);
  for (let i = 0; i < sizeOf(kernel.shape); i++) y[to[i]!] = x[from[i]!]!;
}

/** y[o, j, i] = x[o, index, i]. */
export function runGather(kernel: KernelOf<"gather">, x: TypedArray, index: TypedArray, y: TypedArray): void {
  forEachSelection(kernel, index, (whole, selected) => {
    y[selected] = x[whole]!;
  });
}

/** y[o, index, i] = Σ x[o, j, i], in index order, accumulated in double (int32: modulo 2³²). */
export function runScatterAdd(
  kernel: KernelOf<"scatterAdd">,
  x: TypedArray,
  index: TypedArray,
  y: TypedArray,
): void {
  const sums = new Float64Array(kernel.outer * kernel.axis * kernel.inner);
  const integer = kernel.dtype === "int32";
  forEachSelection(kernel, index, (whole, selected) => {
    const sum = sums[whole]! + x[selected]!;
    sums[whole] = integer ? sum | 0 : sum;
  });
  y.set(sums);
}

/** Visits the pairs of positions that an index list ties together: in [outer, axis, inner] and in [outer, count, inner]. */
function forEachSelection(
  kernel: KernelOf<"gather"> | KernelOf<"scatterAdd">,
  index: TypedArray,
  visit: (whole: number, selected: number) => void,
): void {
  const { outer, axis, inner, count } = kernel;
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const selected = (o * count + j) * inner + i;
        const a = index[kernel.mode === "elements" ? selected : j]!;
        visit((o * axis + a) * inner + i, selected);
      }
    }
  }
}
