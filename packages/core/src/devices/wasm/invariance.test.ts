import { expect, test } from "vitest";
import type { TypedArray } from "../../tensor/dtype.ts";
import type { Backend } from "../backend.ts";
import type { Activation, Kernel } from "../kernel.ts";
import { createWasmBackend } from "./backend.ts";

function run(backend: Backend, kernel: Kernel, inputs: readonly TypedArray[], length: number): Float32Array {
  const buffers = inputs.map((values) => {
    const buffer = backend.allocate("float32", values.length);
    backend.write(buffer, values);
    return buffer;
  });
  const output = backend.allocate("float32", length);
  backend.run(kernel, buffers, [output]);
  const result = backend.readSync!(output) as Float32Array;
  for (const buffer of [...buffers, output]) backend.free(buffer);
  return result;
}

function numbers(length: number): Float32Array {
  return Float32Array.from({ length }, (_, i) => Math.sin(i * 1.3 + length) * 2);
}

const backend = createWasmBackend();

// What a policy says of an observation must not depend on how many others were asked about at the same time: the
// ratio of a PPO update is then exactly 1 at first, although acting sees 8 rows and learning 256.
test.each([
  [64, 64, false, true, "tanh"],
  [4, 64, false, true, "relu"],
  [64, 2, false, true, "none"],
  [302, 1, false, true, "relu"],
  [2, 35, false, false, "none"],
  [3, 18, false, true, "relu"],
  [4, 2, false, false, "none"],
  [300, 18, false, true, "sigmoid"],
  [64, 64, false, false, "none"],
  [700, 3, false, false, "none"],
  [5, 600, false, false, "none"],
] as const)(
  "matmul k=%d n=%d: the rows of a batch equal the rows alone",
  (k, n, transposeA, transposeB, activation: Activation) => {
    const a = numbers(256 * k);
    const b = numbers(k * n);
    const bias = numbers(n);
    const product = (rows: Float32Array): Float32Array => {
      const m = rows.length / k;
      const kernel = {
        kind: "matmul",
        dtype: "float32",
        batch: 1,
        m,
        n,
        k,
        transposeA,
        transposeB,
        batchStrideA: 0,
        batchStrideB: 0,
        bias: true,
        activation,
      } as const;
      return run(backend, kernel, [rows, b, bias], m * n);
    };
    const whole = product(a);
    for (const rows of [1, 2, 3, 4, 5, 7, 8, 31, 130]) {
      expect(product(a.slice(k, k + rows * k))).toEqual(whole.slice(n, n + rows * n));
    }
  },
);

test.each([
  [9, 13, 300],
  [9, 2, 300],
  [11, 1, 64],
  [9, 3, 64],
  [2, 40, 300],
  [1, 35, 64],
  [13, 18, 3],
  [7, 21, 1],
])("matmul %d × %d, k=%d: both transposes of A give the same bits, so do both of B", (m, n, k) => {
  const a = numbers(m * k);
  const b = numbers(k * n);
  const transposed = (x: Float32Array, rows: number): Float32Array =>
    x.map((_, i) => x[(i % rows) * (x.length / rows) + Math.floor(i / rows)]!);
  const product = (transposeA: boolean, transposeB: boolean): Float32Array => {
    const kernel = {
      kind: "matmul",
      dtype: "float32",
      batch: 1,
      m,
      n,
      k,
      transposeA,
      transposeB,
      batchStrideA: 0,
      batchStrideB: 0,
      bias: false,
      activation: "none",
    } as const;
    return run(
      backend,
      kernel,
      [transposeA ? transposed(a, m) : a, transposeB ? transposed(b, k) : b],
      m * n,
    );
  };
  const plain = product(false, false);
  expect(product(true, false)).toEqual(plain);
  expect(product(false, true)).toEqual(plain);
  expect(product(true, true)).toEqual(plain);
});

test.each([2, 5, 17, 64])("softmax and sums of lines of %d do not depend on the other lines", (axis) => {
  const x = numbers(50 * axis);
  for (const kernel of [
    { kind: "softmax", op: "softmax" },
    { kind: "softmax", op: "logSoftmax" },
    { kind: "reduce", op: "sum" },
  ] as const) {
    const of = (rows: Float32Array): Float32Array => {
      const outer = rows.length / axis;
      const size = kernel.kind === "reduce" ? outer : rows.length;
      return run(backend, { ...kernel, dtype: "float32", outer, axis, inner: 1 }, [rows], size);
    };
    const whole = of(x);
    const perLine = whole.length / 50;
    for (const rows of [1, 3, 4, 6]) {
      expect(of(x.slice(axis, (1 + rows) * axis))).toEqual(whole.slice(perLine, (1 + rows) * perLine));
    }
  }
});

test("a fused activation gives the bits of the kernels it stands for", () => {
  const [m, n, k] = [33, 18, 64];
  const inputs = [numbers(m * k), numbers(n * k), numbers(n)];
  const base = {
    kind: "matmul",
    dtype: "float32",
    batch: 1,
    m,
    n,
    k,
    transposeA: false,
    transposeB: true,
    batchStrideA: 0,
    batchStrideB: 0,
  } as const;
  const product = run(backend, { ...base, bias: false, activation: "none" }, inputs.slice(0, 2), m * n);
  const add = {
    kind: "binary",
    op: "add",
    dtype: "float32",
    shape: [m, n],
    strides: [
      [n, 1],
      [0, 1],
    ],
  } as const;
  const sum = run(backend, add, [product, inputs[2]!], m * n);
  for (const op of ["relu", "tanh", "sigmoid"] as const) {
    const composed = run(backend, { kind: "unary", op, dtype: "float32", length: m * n }, [sum], m * n);
    expect(run(backend, { ...base, bias: true, activation: op }, inputs, m * n)).toEqual(composed);
  }
});

test("results do not depend on what ran before", () => {
  const fresh = createWasmBackend();
  const used = createWasmBackend({ residentBytes: 65536 });
  for (let i = 1; i < 300; i++) {
    const x = numbers(i * 37);
    run(used, { kind: "unary", op: "log", dtype: "float32", length: x.length }, [x], x.length);
    used.allocate("float32", i * 11);
  }
  const x = numbers(1003);
  const tiled = {
    kind: "binary",
    op: "mul",
    dtype: "float32",
    shape: [17, 59],
    strides: [
      [59, 1],
      [1, 17],
    ],
  } as const;
  expect(run(used, tiled, [x, x], x.length)).toEqual(run(fresh, tiled, [x, x], x.length));
  const sum = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 1003, inner: 1 } as const;
  expect(run(used, sum, [x], 1)).toEqual(run(fresh, sum, [x], 1));
});
