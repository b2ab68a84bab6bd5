import { expect, test } from "vitest";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import type { Kernel } from "../kernel.ts";
import { createReferenceBackend } from "./backend.ts";

const backend = createReferenceBackend();

/** Runs a kernel on host arrays; `outputs` give the lengths, and the old contents where it matters. */
function run(kernel: Kernel, inputs: readonly TypedArray[], outputs: readonly TypedArray[]): number[][] {
  const buffer = (values: TypedArray) => {
    const dtype: DType =
      values instanceof Int32Array ? "int32" : values instanceof Float32Array ? "float32" : "float64";
    const handle = backend.allocate(dtype, values.length);
    backend.write(handle, values);
    return handle;
  };
  const results = outputs.map(buffer);
  backend.run(kernel, inputs.map(buffer), results);
  return results.map((result) => Array.from(backend.readSync!(result)));
}

const f32 = (...values: number[]) => new Float32Array(values);
const f64 = (...values: number[]) => new Float64Array(values);
const i32 = (...values: number[]) => new Int32Array(values);

test("binary broadcasts a row and a column through strides of 0", () => {
  const kernel = {
    kind: "binary",
    op: "sub",
    dtype: "float64",
    shape: [2, 3],
    strides: [
      [0, 1],
      [1, 0],
    ],
  } as const;
  expect(run(kernel, [f64(1, 2, 3), f64(10, 20)], [f64(0, 0, 0, 0, 0, 0)])).toEqual([
    [-9, -8, -7, -19, -18, -17],
  ]);
});

test("a scalar operand stands on the side it names, rounded to the dtype", () => {
  const kernel = { kind: "binary", op: "div", dtype: "float64", shape: [2], strides: [[1]] } as const;
  expect(run({ ...kernel, scalar: { side: "left", value: 1 } }, [f64(2, 4)], [f64(0, 0)])).toEqual([
    [0.5, 0.25],
  ]);
  expect(run({ ...kernel, scalar: { side: "right", value: 2 } }, [f64(2, 4)], [f64(0, 0)])).toEqual([[1, 2]]);
  const integer = { ...kernel, dtype: "int32", scalar: { side: "right", value: 2.9 } } as const;
  expect(run(integer, [i32(7, -7)], [i32(0, 0)])).toEqual([[3, -3]]);
});

test("int32 wraps, divides toward zero, and divides by zero to zero", () => {
  const kernel = { kind: "binary", dtype: "int32", shape: [3], strides: [[1], [1]] } as const;
  const x = i32(2 ** 31 - 1, -7, 5);
  expect(run({ ...kernel, op: "add" }, [x, i32(1, 1, 1)], [i32(0, 0, 0)])).toEqual([[-(2 ** 31), -6, 6]]);
  expect(run({ ...kernel, op: "mul" }, [x, i32(2, 2, 2)], [i32(0, 0, 0)])).toEqual([[-2, -14, 10]]);
  expect(run({ ...kernel, op: "div" }, [x, i32(-1, 2, 0)], [i32(0, 0, 0)])).toEqual([[1 - 2 ** 31, -3, 0]]);
  expect(run({ ...kernel, op: "pow" }, [i32(3, -1, 2), i32(21, -3, -1)], [i32(0, 0, 0)])).toEqual([
    [(3 ** 21 % 2 ** 32) | 0, -1, 0],
  ]);
});

test("float-only kernels refuse int32", () => {
  const unary = { kind: "unary", op: "exp", dtype: "int32", length: 1 } as const;
  expect(() => run(unary, [i32(1)], [i32(0)])).toThrow("exp: takes floats, got int32");
  const softmax = { kind: "softmax", op: "softmax", dtype: "int32", outer: 1, axis: 1, inner: 1 } as const;
  expect(() => run(softmax, [i32(1)], [i32(0)])).toThrow(expect.objectContaining({ code: "dtype" }));
});

test("pow follows IEEE 754 where JavaScript does not", () => {
  const kernel = { kind: "binary", op: "pow", dtype: "float64", shape: [3], strides: [[1], [1]] } as const;
  const infinity = Number.POSITIVE_INFINITY;
  expect(run(kernel, [f64(1, -1, 0), f64(Number.NaN, infinity, 0)], [f64(0, 0, 0)])).toEqual([[1, 1, 1]]);
});

test("matmul: every transpose of the same matrices gives the same product, then bias and activation", () => {
  const base = {
    kind: "matmul",
    dtype: "float64",
    batch: 1,
    m: 2,
    n: 2,
    k: 3,
    batchStrideA: 6,
    batchStrideB: 6,
  } as const;
  const a = { false: f64(1, 2, 3, 4, 5, 6), true: f64(1, 4, 2, 5, 3, 6) };
  const b = { false: f64(1, -1, 0, 1, -2, 0), true: f64(1, 0, -2, -1, 1, 0) };
  for (const transposeA of [false, true]) {
    for (const transposeB of [false, true]) {
      const inputs = [a[`${transposeA}`], b[`${transposeB}`]];
      const kernel = { ...base, transposeA, transposeB, bias: false, activation: "none" } as const;
      expect(run(kernel, inputs, [f64(0, 0, 0, 0)])).toEqual([[-5, 1, -8, 1]]);
      const fused = { ...kernel, bias: true, activation: "relu" } as const;
      expect(run(fused, [...inputs, f64(6, 1)], [f64(0, 0, 0, 0)])).toEqual([[1, 2, 0, 2]]);
    }
  }
});

test("matmul: a batch stride of 0 reuses one matrix", () => {
  const kernel = {
    kind: "matmul",
    dtype: "int32",
    batch: 2,
    m: 1,
    n: 1,
    k: 2,
    transposeA: false,
    transposeB: false,
    batchStrideA: 2,
    batchStrideB: 0,
    bias: false,
    activation: "none",
  } as const;
  expect(run(kernel, [i32(1, 2, 3, 4), i32(10, 1)], [i32(0, 0)])).toEqual([[12, 34]]);
});

test("reductions: first of equals wins, NaN propagates, empty lines give the identity", () => {
  const kernel = { kind: "reduce", dtype: "float32", outer: 2, axis: 3, inner: 1 } as const;
  const x = f32(3, 1, 3, 2, Number.NaN, 5);
  expect(run({ ...kernel, op: "argmax" }, [x], [i32(9, 9)])).toEqual([[0, 1]]);
  expect(run({ ...kernel, op: "argmin" }, [x], [i32(9, 9)])).toEqual([[1, 1]]);
  expect(run({ ...kernel, op: "max" }, [x], [f32(9, 9)])).toEqual([[3, Number.NaN]]);
  expect(run({ ...kernel, op: "sum", axis: 0 }, [f32()], [f32(9, 9)])).toEqual([[0, 0]]);
  expect(run({ ...kernel, op: "prod", axis: 0 }, [f32()], [f32(9, 9)])).toEqual([[1, 1]]);
});

test("cumsum runs along the middle axis, and from its end in reverse", () => {
  const kernel = { kind: "cumsum", dtype: "float64", outer: 1, axis: 3, inner: 2 } as const;
  const x = f64(1, 10, 2, 20, 3, 30);
  expect(run({ ...kernel, reverse: false }, [x], [x])).toEqual([[1, 10, 3, 30, 6, 60]]);
  expect(run({ ...kernel, reverse: true }, [x], [x])).toEqual([[6, 60, 5, 50, 3, 30]]);
});

test("copy flips, and leaves the elements it does not reach", () => {
  const kernel = {
    kind: "copy",
    dtype: "float64",
    shape: [3],
    inputOffset: 2,
    inputStrides: [-1],
    outputOffset: 1,
    outputStrides: [2],
  } as const;
  expect(run(kernel, [f64(1, 2, 3)], [f64(9, 9, 9, 9, 9, 9)])).toEqual([[9, 3, 9, 2, 9, 1]]);
});

test("gather and scatterAdd are transposes of each other", () => {
  const shape = { dtype: "float64", outer: 1, axis: 3, inner: 2, count: 2 } as const;
  const x = f64(1, 2, 3, 4, 5, 6);
  const slices = { ...shape, mode: "slices" } as const;
  const elements = { ...shape, mode: "elements" } as const;
  expect(run({ kind: "gather", ...slices }, [x, i32(2, 2)], [f64(0, 0, 0, 0)])).toEqual([[5, 6, 5, 6]]);
  expect(run({ kind: "gather", ...elements }, [x, i32(2, 0, 1, 1)], [f64(0, 0, 0, 0)])).toEqual([
    [5, 2, 3, 4],
  ]);
  const y = f64(9, 9, 9, 9, 9, 9);
  expect(run({ kind: "scatterAdd", ...slices }, [f64(1, 2, 3, 4), i32(2, 2)], [y])).toEqual([
    [0, 0, 0, 0, 4, 6],
  ]);
  expect(run({ kind: "scatterAdd", ...elements }, [f64(1, 2, 3, 4), i32(2, 0, 1, 1)], [y])).toEqual([
    [0, 2, 3, 4, 1, 0],
  ]);
});

test("softmax family: shifted, so large inputs do not overflow", () => {
  const kernel = { kind: "softmax", dtype: "float64", outer: 1, axis: 2, inner: 1 } as const;
  const x = f64(1000, 1000);
  expect(run({ ...kernel, op: "softmax" }, [x], [f64(0, 0)])).toEqual([[0.5, 0.5]]);
  expect(run({ ...kernel, op: "logSoftmax" }, [x], [f64(0, 0)])).toEqual([[-Math.log(2), -Math.log(2)]]);
  expect(run({ ...kernel, op: "logsumexp" }, [x], [f64(0)])).toEqual([[1000 + Math.log(2)]]);
  const nothing = f64(Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY);
  expect(run({ ...kernel, op: "logsumexp" }, [nothing], [f64(0)])).toEqual([[Number.NEGATIVE_INFINITY]]);
});

test("casting to int32 truncates, saturates and maps NaN to 0", () => {
  const kernel = { kind: "cast", dtype: "float32", to: "int32", length: 5 } as const;
  const x = f32(1.9, -1.9, 3e9, -3e9, Number.NaN);
  expect(run(kernel, [x], [i32(9, 9, 9, 9, 9)])).toEqual([[1, -1, 2 ** 31 - 1, -(2 ** 31), 0]]);
});

test("sgd: two steps with momentum and weight decay, by hand", () => {
  const kernel = {
    kind: "sgd",
    dtype: "float64",
    length: 1,
    learningRate: 0.5,
    momentum: 0.5,
    dampening: 0.25,
    weightDecay: 1,
    nesterov: false,
  } as const;
  // g = 1 + 2 = 3, v = 3, p = 2 − 1.5
  expect(run({ ...kernel, first: true }, [f64(1)], [f64(2), f64(99)])).toEqual([[0.5], [3]]);
  // g = 1 + 0.5 = 1.5, v = 1.5 + 0.75 · 1.5 = 2.625, p = 0.5 − 1.3125
  expect(run({ ...kernel, first: false }, [f64(1)], [f64(0.5), f64(3)])).toEqual([[-0.8125], [2.625]]);
  const nesterov = { ...kernel, first: false, nesterov: true, dampening: 0 } as const;
  // g = 1.5, v = 3, g + 0.5 v = 3
  expect(run(nesterov, [f64(1)], [f64(0.5), f64(3)])).toEqual([[-1], [3]]);
});

test("adam: a first step moves by the learning rate against the gradient's sign", () => {
  const kernel = {
    kind: "adam",
    dtype: "float64",
    length: 2,
    learningRate: 0.1,
    beta1: 0.9,
    beta2: 0.99,
    epsilon: 0,
    weightDecay: 0,
    decoupled: false,
    biasCorrection1: 1 - 0.9,
    biasCorrection2: 1 - 0.99,
  } as const;
  const [parameter, m, v] = run(kernel, [f64(5, -0.01)], [f64(1, 1), f64(0, 0), f64(0, 0)]);
  expect(parameter![0]).toBeCloseTo(0.9, 12);
  expect(parameter![1]).toBeCloseTo(1.1, 12);
  expect(m![0]).toBeCloseTo(0.5, 12);
  expect(v![0]).toBeCloseTo(0.25, 12);
});
