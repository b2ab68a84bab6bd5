import type { DType } from "../../tensor/dtype.ts";
import { reduceOps } from "../kernel.ts";
import { arrayOf, type KernelCase, oddLengths, stale, values } from "./kernel-case.ts";

/** [outer, axis, inner]: one element, rows, columns, both, long, short, none. */
const lines: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 5, 1],
  [3, 4, 1],
  [5, 17, 1],
  [7, 2, 1],
  [4, 16, 1],
  [3, 70, 1],
  [1, 1000, 1],
  [2, 3, 5],
  [1, 33, 4],
  [3, 40, 17],
  [2, 9, 2],
  [1, 300, 35],
  [0, 3, 2],
  [2, 3, 0],
];

/** Sums, products, extrema and their positions; NaN and ties among them. */
export function* reduceCases(dtype: DType): Generator<KernelCase> {
  for (const op of reduceOps) {
    const arg = op === "argmax" || op === "argmin";
    const shapes = op === "sum" || op === "prod" ? [...lines, [2, 0, 3], [3, 0, 1]] : lines;
    for (const [outer, axis, inner] of shapes as typeof lines) {
      // Factors near 1: the product of a thousand others is 0 or infinite.
      const x = values(dtype, outer * axis * inner, axis);
      yield {
        kernel: { kind: "reduce", op, dtype, outer, axis, inner },
        inputs: [op === "prod" && dtype !== "int32" ? x.map((value) => 1 + value / 50) : x],
        outputs: [stale(arg ? "int32" : dtype, outer * inner)],
        exact: dtype === "int32" || (op !== "sum" && op !== "prod"),
      };
    }
    if (dtype === "int32" || op === "sum" || op === "prod") continue;
    for (const [outer, axis, inner] of [
      [2, 7, 1],
      [2, 20, 1],
      [2, 7, 3],
    ] as const) {
      const x = values(dtype, outer * axis * inner, 3);
      for (const at of [1, 4, x.length - 1]) x[at] = Number.NaN;
      yield {
        kernel: { kind: "reduce", op, dtype, outer, axis, inner },
        inputs: [x],
        outputs: [stale(arg ? "int32" : dtype, outer * inner)],
        exact: true,
        special: true,
      };
    }
  }
}

/** Short, whole vectors, whole blocks, and what is left over. */
export function* sumOfSquaresCases(dtype: DType): Generator<KernelCase> {
  for (const length of [...oddLengths, 15, 16, 31, 32, 1000]) {
    yield {
      kernel: { kind: "sumOfSquares", dtype, length },
      inputs: [values(dtype, length, length)],
      outputs: [stale(dtype, 1)],
      exact: false,
    };
  }
}

/** Running sums, both ways. */
export function* cumsumCases(dtype: DType): Generator<KernelCase> {
  for (const [outer, axis, inner] of lines) {
    for (const reverse of [false, true]) {
      const x = values(dtype, outer * axis * inner, axis + 1);
      yield {
        kernel: { kind: "cumsum", dtype, outer, axis, inner, reverse },
        inputs: [x],
        outputs: [stale(dtype, x.length)],
        exact: dtype === "int32",
      };
    }
  }
}

/** The softmax family: also on numbers whose exponentials overflow, and on lines of −∞. */
export function* softmaxCases(dtype: DType): Generator<KernelCase> {
  for (const op of ["softmax", "logSoftmax", "logsumexp"] as const) {
    for (const [outer, axis, inner] of lines) {
      const length = outer * axis * inner;
      for (const scale of [1, 300]) {
        yield {
          kernel: { kind: "softmax", op, dtype, outer, axis, inner },
          inputs: [values(dtype, length, axis).map((value) => value * scale)],
          outputs: [stale(dtype, op === "logsumexp" ? outer * inner : length)],
          exact: false,
        };
      }
    }
    const low = Number.NEGATIVE_INFINITY;
    const x = arrayOf(dtype, [low, low, low, 1, low, 2, Number.NaN, 0, 1, Number.POSITIVE_INFINITY, 0, 0]);
    yield {
      kernel: { kind: "softmax", op, dtype, outer: 4, axis: 3, inner: 1 },
      inputs: [x],
      outputs: [stale(dtype, op === "logsumexp" ? 4 : 12)],
      exact: false,
      special: true,
    };
  }
}
