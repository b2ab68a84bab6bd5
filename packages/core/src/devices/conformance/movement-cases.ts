import type { DType } from "../../tensor/dtype.ts";
import { indices, type KernelCase, oddLengths, stale, values } from "./kernel-case.ts";

interface CopyPattern {
  readonly shape: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
  readonly inputOffset?: number;
  readonly outputOffset?: number;
}

/** Contiguous, transposed, permuted, broadcast, sliced, flipped, and into part of a larger buffer. */
const copies: readonly CopyPattern[] = [
  ...oddLengths.map((length) => ({ shape: [length], from: [1], to: [1] })),
  { shape: [], from: [], to: [] },
  { shape: [5, 3], from: [1, 5], to: [3, 1] },
  { shape: [3, 5], from: [5, 1], to: [1, 3] },
  { shape: [17, 9], from: [1, 17], to: [9, 1] },
  { shape: [8, 4], from: [1, 8], to: [4, 1] },
  { shape: [1, 7], from: [1, 1], to: [7, 1] },
  { shape: [4, 5], from: [0, 1], to: [5, 1] },
  { shape: [4, 5], from: [1, 0], to: [5, 1] },
  { shape: [4, 5], from: [0, 0], to: [5, 1] },
  { shape: [2, 3, 4], from: [1, 2, 6], to: [12, 4, 1] },
  { shape: [2, 3, 4], from: [12, 1, 3], to: [12, 4, 1] },
  { shape: [3, 2, 4, 5], from: [20, 60, 1, 4], to: [40, 20, 5, 1] },
  { shape: [2, 1, 3, 2], from: [6, 99, 2, 1], to: [6, 6, 2, 1] },
  { shape: [5], from: [-1], to: [1], inputOffset: 4 },
  { shape: [3, 4], from: [-4, 1], to: [4, 1], inputOffset: 8 },
  { shape: [3, 4], from: [4, -1], to: [4, 1], inputOffset: 3 },
  { shape: [3, 3], from: [7, 1], to: [3, 1], inputOffset: 2 },
  { shape: [3, 3], from: [14, 2], to: [3, 1], inputOffset: 1 },
  { shape: [3, 3], from: [3, 1], to: [7, 1], outputOffset: 2 },
  { shape: [3, 3], from: [3, 1], to: [1, 7], outputOffset: 3 },
  { shape: [5], from: [1], to: [3], outputOffset: 1 },
  { shape: [6], from: [1], to: [1], inputOffset: 3, outputOffset: 5 },
  { shape: [2, 5, 3], from: [15, 3, 1], to: [24, 3, 1], outputOffset: 6 },
  { shape: [3, 0], from: [1, 1], to: [1, 1] },
];

/** The strided copy. */
export function* copyCases(dtype: DType): Generator<KernelCase> {
  for (const { shape, from, to, inputOffset = 0, outputOffset = 0 } of copies) {
    const x = values(dtype, reach(shape, from, inputOffset), 3);
    const y = stale(dtype, reach(shape, to, outputOffset) + 2);
    yield {
      kernel: {
        kind: "copy",
        dtype,
        shape,
        inputOffset,
        inputStrides: from,
        outputOffset,
        outputStrides: to,
      },
      inputs: [x],
      outputs: [y],
      exact: true,
    };
  }
}

/** Gather and its transpose, in both modes; the same index more than once. */
export function* gatherCases(dtype: DType): Generator<KernelCase> {
  const sizes: readonly (readonly [number, number, number, number])[] = [
    [1, 1, 1, 1],
    [1, 5, 1, 3],
    [4, 3, 1, 1],
    [3, 7, 1, 9],
    [1, 6, 5, 4],
    [2, 3, 17, 5],
    [2, 4, 70, 3],
    [1, 4, 3, 0],
    [0, 4, 3, 2],
  ];
  for (const [outer, axis, inner, count] of sizes) {
    for (const mode of ["elements", "slices"] as const) {
      const size = { mode, dtype, outer, axis, inner, count };
      const index = indices(mode === "elements" ? outer * count * inner : count, axis, count);
      const whole = values(dtype, outer * axis * inner, 1);
      const selected = values(dtype, outer * count * inner, 2);
      const gathered = stale(dtype, selected.length);
      yield { kernel: { kind: "gather", ...size }, inputs: [whole, index], outputs: [gathered], exact: true };
      const sums = stale(dtype, whole.length);
      const exact = dtype === "int32";
      yield { kernel: { kind: "scatterAdd", ...size }, inputs: [selected, index], outputs: [sums], exact };
    }
  }
}

/** The shortest buffer that holds every position. */
function reach(shape: readonly number[], strides: readonly number[], offset: number): number {
  if (shape.includes(0)) return 0;
  return strides.reduce((last, stride, axis) => last + Math.max(0, stride) * (shape[axis]! - 1), offset) + 1;
}
