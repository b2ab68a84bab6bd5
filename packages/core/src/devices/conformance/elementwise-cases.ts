import type { DType, TypedArray } from "../../tensor/dtype.ts";
import {
  type BinaryOp,
  binaryOps,
  type CompareOp,
  compareOps,
  type ScalarOperand,
  type UnaryOp,
  unaryOps,
} from "../kernel.ts";
import {
  arrayOf,
  indices,
  type KernelCase,
  oddLengths,
  specialValues,
  stale,
  values,
} from "./kernel-case.ts";

/** Every unary operation, on odd lengths, on numbers of every size, and on special values. */
export function* unaryCases(dtype: DType): Generator<KernelCase> {
  const wide = arrayOf(
    dtype,
    Array.from({ length: 41 }, (_, i) => (dtype === "int32" ? (i - 20) ** 5 : (i - 20) ** 3 / 100)),
  );
  for (const op of unaryOps) {
    for (const length of oddLengths) yield unaryCase(op, dtype, values(dtype, length, length));
    yield unaryCase(op, dtype, wide);
    if (dtype === "int32") continue;
    const special = arrayOf(dtype, specialValues);
    yield { ...unaryCase(op, dtype, special), inputs: [special], special: true };
  }
}

function unaryCase(op: UnaryOp, dtype: DType, x: TypedArray): KernelCase {
  const { length } = x;
  return {
    kernel: { kind: "unary", op, dtype, length },
    inputs: [partialOps.includes(op) && dtype !== "int32" ? x.map(positive) : x],
    outputs: [stale(dtype, length)],
    exact: dtype === "int32" || exactUnaryOps.includes(op),
  };
}

/** Operations with points outside their domain, which only the special values visit. */
const partialOps: readonly UnaryOp[] = ["log", "log1p", "sqrt", "reciprocal"];
const exactUnaryOps: readonly UnaryOp[] = ["neg", "abs", "sign", "relu", "floor", "isFinite"];
const exactBinaryOps: readonly BinaryOp[] = ["add", "sub", "mul", "maximum", "minimum", "reluGradient"];

function positive(value: number): number {
  return Math.abs(value) + 0.1;
}

interface Pattern {
  readonly shape: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

function pattern(shape: readonly number[], ...strides: readonly (readonly number[])[]): Pattern {
  return { shape, strides };
}

/** Two operands seen through strides: as they come, broadcast in every way, transposed, empty. */
const pairs: readonly Pattern[] = [
  ...oddLengths.map((length) => pattern([length], [1], [1])),
  pattern([], [], []),
  pattern([5], [1], [0]),
  pattern([5], [0], [1]),
  pattern([6], [0], [0]),
  pattern([5], [2], [3]),
  pattern([1, 1, 7], [0, 0, 1], [7, 7, 1]),
  pattern([5, 3], [3, 1], [0, 1]),
  pattern([5, 3], [0, 1], [3, 1]),
  pattern([5, 3], [3, 1], [1, 0]),
  pattern([5, 3], [1, 0], [3, 1]),
  pattern([5, 3], [1, 0], [0, 1]),
  pattern([5, 3], [1, 5], [3, 1]),
  pattern([5, 3], [0, 0], [3, 1]),
  pattern([3, 130], [130, 1], [0, 1]),
  pattern([3, 130], [1, 0], [130, 1]),
  pattern([3, 130], [1, 0], [0, 1]),
  pattern([3, 130], [1, 3], [130, 1]),
  pattern([3, 600], [0, 1], [600, 1]),
  pattern([700, 5], [5, 1], [0, 1]),
  pattern([700, 5], [5, 1], [1, 0]),
  pattern([2, 4, 3], [3, 0, 1], [12, 3, 1]),
  pattern([2, 4, 3], [12, 3, 1], [4, 1, 0]),
  pattern([2, 4, 3], [0, 3, 1], [1, 0, 0]),
  pattern([3, 2, 2, 5], [10, 0, 5, 1], [0, 5, 0, 1]),
  pattern([2, 0, 3], [0, 3, 1], [3, 0, 1]),
];

/** Every binary operation and comparison through every pattern, with buffers and with a scalar on either side. */
export function* binaryCases(dtype: DType): Generator<KernelCase> {
  for (const op of binaryOps) {
    for (const { seen, scalar, inputs } of operands(dtype, op === "pow" || op === "div")) {
      yield {
        kernel: { kind: "binary", op, dtype, ...seen, ...scalar },
        inputs,
        outputs: [stale(dtype, sizeOf(seen.shape))],
        exact: dtype === "int32" || exactBinaryOps.includes(op),
      };
    }
    if (dtype !== "int32") yield specialPairs({ kind: "binary", op }, dtype);
  }
  for (const op of compareOps) {
    for (const { seen, scalar, inputs } of operands(dtype, false)) {
      yield {
        kernel: { kind: "compare", op, dtype, ...seen, ...scalar },
        inputs,
        outputs: [stale("int32", sizeOf(seen.shape))],
        exact: true,
      };
    }
    if (dtype !== "int32") yield specialPairs({ kind: "compare", op }, dtype);
  }
}

/** Every pair of special values; what stands for an output of tanh or sigmoid stays within [−1, 1]. */
function specialPairs(
  which: { kind: "binary"; op: BinaryOp } | { kind: "compare"; op: CompareOp },
  dtype: DType,
): KernelCase {
  const n = specialValues.length;
  const special = arrayOf(dtype, specialValues);
  const shape = [n, n];
  const strides = [
    [1, 0],
    [0, 1],
  ];
  const fused = which.op === "tanhGradient" || which.op === "sigmoidGradient";
  const right = fused ? special.map((value) => Math.min(Math.max(value, -1), 1)) : special;
  const outputs = [stale(which.kind === "compare" ? "int32" : dtype, n * n)];
  const kernel = { ...which, dtype, shape, strides };
  return { kernel, inputs: [special, right], outputs, exact: which.kind === "compare", special: true };
}

function* operands(
  dtype: DType,
  partial: boolean,
): Generator<{ seen: Pattern; scalar: { scalar?: ScalarOperand }; inputs: TypedArray[] }> {
  for (const [index, seen] of pairs.entries()) {
    const inputs = seen.strides.map((strides, operand) => {
      const list = values(dtype, extent(seen.shape, strides), 2 * index + operand);
      return partial && dtype !== "int32" ? list.map(positive) : list;
    });
    yield { seen, scalar: {}, inputs };
    for (const side of ["left", "right"] as const) {
      const [first, second] = inputs as [TypedArray, TypedArray];
      yield {
        seen: pattern(seen.shape, seen.strides[side === "left" ? 1 : 0]!),
        scalar: { scalar: { side, value: side === "left" ? 1.75 : partial ? 2.5 : -2.5 } },
        inputs: [side === "left" ? second : first],
      };
    }
  }
}

/** Conditions and two branches, through strides. */
export function* whereCases(dtype: DType): Generator<KernelCase> {
  const patterns = [
    ...oddLengths.map((length) => pattern([length], [1], [1], [1])),
    pattern([5], [0], [1], [0]),
    pattern([5, 3], [3, 1], [0, 1], [1, 0]),
    pattern([5, 3], [1, 0], [3, 1], [0, 0]),
    pattern([5, 3], [1, 5], [0, 1], [3, 1]),
    pattern([400, 3], [0, 1], [3, 1], [0, 0]),
    pattern([2, 4, 3], [4, 1, 0], [0, 3, 1], [12, 3, 1]),
    pattern([2, 0], [0, 1], [1, 0], [0, 0]),
  ];
  for (const [index, { shape, strides }] of patterns.entries()) {
    const [condition, x, y] = strides.map((list) => extent(shape, list)) as [number, number, number];
    yield {
      kernel: { kind: "where", dtype, shape, strides },
      inputs: [indices(condition, 3, index), values(dtype, x, index + 1), values(dtype, y, index + 2)],
      outputs: [stale(dtype, sizeOf(shape))],
      exact: true,
    };
  }
}

/** Fills and casts. */
export function* fillAndCastCases(dtype: DType, dtypes: readonly DType[]): Generator<KernelCase> {
  for (const length of oddLengths) {
    for (const value of [0, -1.5, 7]) {
      yield {
        kernel: { kind: "fill", dtype, length, value },
        inputs: [],
        outputs: [stale(dtype, length)],
        exact: true,
      };
    }
    for (const to of dtypes) {
      const x = values(dtype, length, length);
      yield {
        kernel: { kind: "cast", dtype, to, length },
        inputs: [x],
        outputs: [stale(to, length)],
        exact: true,
      };
    }
  }
  if (dtype === "int32") return;
  for (const to of dtypes) {
    const x = arrayOf(dtype, specialValues);
    const kernel = { kind: "cast", dtype, to, length: x.length } as const;
    yield { kernel, inputs: [x], outputs: [stale(to, x.length)], exact: true, special: true };
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The shortest buffer that strides from 0 on stay inside. */
function extent(shape: readonly number[], strides: readonly number[]): number {
  if (sizeOf(shape) === 0) return 0;
  return strides.reduce((last, stride, axis) => last + stride * (shape[axis]! - 1), 0) + 1;
}
