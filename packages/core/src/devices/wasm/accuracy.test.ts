import { expect, test } from "vitest";
import type { TypedArray } from "../../tensor/dtype.ts";
import type { Kernel, UnaryOp } from "../kernel.ts";
import { binaryFunction } from "../reference/binary.ts";
import { unaryFunction } from "../reference/unary.ts";
import { createWasmBackend } from "./backend.ts";

const backend = createWasmBackend();

function run(kernel: Kernel, inputs: readonly TypedArray[], length: number): Float32Array {
  const buffers = inputs.map((values) => {
    const buffer = backend.allocate("float32", values.length);
    backend.write(buffer, values);
    return buffer;
  });
  const output = backend.allocate("float32", length);
  backend.run(kernel, buffers, [output]);
  return backend.readSync!(output) as Float32Array;
}

/** Float32 values spread evenly over all bit patterns: every magnitude, subnormals, infinities and NaN among them. */
function everyMagnitude(step: number): Float32Array {
  const count = Math.floor(2 ** 32 / step);
  const bits = Int32Array.from({ length: count }, (_, i) => (i * step) | 0);
  return new Float32Array(bits.buffer);
}

/** The distance between neighbouring float32 numbers around `value`. */
function ulp(value: number): number {
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), -126);
  return 2 ** (exponent - 23);
}

/** The largest error in units in the last place; values that must be equal (0, ±∞, NaN) and are not count as ∞. */
function worstError(got: Float32Array, want: (i: number) => number): number {
  let worst = 0;
  for (let i = 0; i < got.length; i++) {
    const exact = want(i);
    const rounded = Math.fround(exact);
    if (Object.is(got[i], rounded)) continue;
    if (!Number.isFinite(rounded) || !Number.isFinite(got[i]!) || got[i] === rounded)
      return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, Math.abs(got[i]! - exact) / ulp(exact));
  }
  return worst;
}

// Largest errors seen over 70 million values per function, in the baseline and the relaxed build, rounded up.
const limits: readonly (readonly [UnaryOp, number])[] = [
  ["exp", 1.1],
  ["expm1", 1.7],
  ["log", 0.9],
  ["log1p", 0.9],
  ["sqrt", 0.5],
  ["reciprocal", 0.5],
  ["sin", 0.51],
  ["cos", 0.51],
  ["tanh", 2.6],
  ["sigmoid", 2.4],
  ["softplus", 1.7],
  ["erf", 2.6],
  ["neg", 0],
  ["abs", 0],
  ["sign", 0],
  ["relu", 0],
  ["floor", 0],
  ["square", 0.5],
  ["isFinite", 0],
];

const samples = everyMagnitude(20011);
const ordinary = Float32Array.from({ length: 100_003 }, (_, i) => (i - 50_000) * 2e-4);

test.each(limits)("%s is within %d ulp of the double, over all magnitudes", (op, limit) => {
  const f = unaryFunction(op);
  for (const x of [samples, ordinary]) {
    const y = run({ kind: "unary", op, dtype: "float32", length: x.length }, [x], x.length);
    expect(worstError(y, (i) => f(x[i]!))).toBeLessThanOrEqual(limit);
  }
});

test("pow is within 0.51 ulp, with the special cases of IEEE 754", () => {
  const f = binaryFunction("pow");
  const kernel = {
    kind: "binary",
    op: "pow",
    dtype: "float32",
    shape: [samples.length],
    strides: [[1], [1]],
  } as const;
  // Exponents from a different walk over the bits; then moderate ones, whose results are mostly ordinary numbers.
  const shuffled = samples.map((_, i) => samples[(i * 7919) % samples.length]!);
  const moderate = samples.map((_, i) => Math.round(((i * 7919) % 1601) - 800) / 100);
  for (const y of [shuffled, moderate]) {
    const z = run(kernel, [samples, y], samples.length);
    expect(worstError(z, (i) => f(samples[i]!, y[i]!))).toBeLessThanOrEqual(0.51);
  }
});

test("the fused derivatives are within 2.5 ulp where the output is near its limits", () => {
  const y = Float32Array.from({ length: 10_000 }, (_, i) => 1 - (i + 1) * 2 ** -24);
  const x = y.map((_, i) => Math.sin(i) * 10);
  for (const op of ["tanhGradient", "sigmoidGradient"] as const) {
    const f = binaryFunction(op);
    const kernel = { kind: "binary", op, dtype: "float32", shape: [y.length], strides: [[1], [1]] } as const;
    expect(worstError(run(kernel, [x, y], y.length), (i) => f(x[i]!, y[i]!))).toBeLessThanOrEqual(2.5);
  }
});

test("sums are as if computed in double, in every layout", () => {
  const x = Float32Array.from({ length: 120_000 }, (_, i) => Math.fround(Math.sin(i * i) + 1.5));
  for (const [outer, axis, inner] of [
    [1, 120_000, 1],
    [12, 10_000, 1],
    [1, 5_000, 24],
    [40_000, 3, 1],
    [1, 2_000, 60],
  ] as const) {
    const y = run({ kind: "reduce", op: "sum", dtype: "float32", outer, axis, inner }, [x], outer * inner);
    const sums = new Float64Array(outer * inner);
    for (let i = 0; i < x.length; i++) sums[Math.floor(i / (axis * inner)) * inner + (i % inner)]! += x[i]!;
    // All terms are positive, so the bound is on the result: one rounding, and three additions of 2⁻²⁴ each.
    expect(worstError(y, (i) => sums[i]!)).toBeLessThanOrEqual(2);
  }
});

test("softmax and its logarithm are within 4 ulp of the double, and within 3e-7 where that cancels", () => {
  const [outer, axis] = [200, 37];
  // Multiples of 1/64: subtracting the maximum is then exact, and the errors that remain are the kernel's own.
  const x = Float32Array.from({ length: outer * axis }, (_, i) => Math.round(Math.sin(i * 1.7) * 1920) / 64);
  for (const size of [
    { outer, axis, inner: 1 },
    { outer: (outer * axis) / 5, axis: 5, inner: 1 },
    { outer: 1, axis: outer, inner: axis },
  ]) {
    const index = (i: number, a: number): number => {
      const line = Math.floor(i / (size.axis * size.inner));
      return (line * size.axis + a) * size.inner + (i % size.inner);
    };
    const logSum = (i: number): number => {
      let sum = 0;
      for (let a = 0; a < size.axis; a++) sum += Math.exp(x[index(i, a)]! - 30);
      return Math.log(sum) + 30;
    };
    const kernel = { kind: "softmax", dtype: "float32", ...size } as const;
    const y = run({ ...kernel, op: "softmax" }, [x], x.length);
    expect(worstError(y, (i) => Math.exp(x[i]! - logSum(i)))).toBeLessThanOrEqual(4);
    const z = run({ ...kernel, op: "logSoftmax" }, [x], x.length);
    z.forEach((value, i) => {
      const want = x[i]! - logSum(i);
      expect(Math.abs(value - want)).toBeLessThanOrEqual(3e-7 + 1.2e-7 * Math.abs(want));
    });
  }
});

test("matmul errs as little as blocked float32 summation does, for sums of thousands of terms", () => {
  const [m, n, k] = [5, 7, 4096];
  const a = Float32Array.from({ length: m * k }, (_, i) => Math.fround(Math.sin(i * i)));
  const b = Float32Array.from({ length: k * n }, (_, i) => Math.fround(Math.cos(i * 3.1)));
  const kernel = {
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
    bias: false,
    activation: "none",
  } as const;
  const c = run(kernel, [a, b], m * n);
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = 0;
      let magnitude = 0;
      for (let i = 0; i < k; i++) {
        sum += a[row * k + i]! * b[column * k + i]!;
        magnitude += Math.abs(a[row * k + i]! * b[column * k + i]!);
      }
      expect(Math.abs(c[row * n + column]! - sum)).toBeLessThanOrEqual(magnitude * 16 * 2 ** -24);
    }
  }
});
