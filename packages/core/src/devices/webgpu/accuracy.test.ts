/** How far the functions of `wgsl/elementary.ts` are off, in units in the last place, against float64. */
import { expect, test } from "vitest";
import { describeWebGpu } from "../../fixtures/describe-webgpu.ts";
import type { UnaryOp } from "../kernel.ts";
import { binaryFunction } from "../reference/binary.ts";
import { unaryFunction } from "../reference/unary.ts";

const samples = 200_000;
const bits = new Int32Array(1);
const float = new Float32Array(bits.buffer);

/** The distance from the float32 nearest to `want` to the next one. */
function unitInLastPlace(want: number): number {
  float[0] = Math.abs(want);
  bits[0] += 1;
  const above = float[0];
  bits[0] -= 1;
  return Math.max(above - float[0], 2 ** -149);
}

/** The largest error where the result is a normal number. */
function largestError(got: ArrayLike<number>, want: (i: number) => number): number {
  let largest = 0;
  for (let i = 0; i < got.length; i++) {
    const exact = want(i);
    if (!(Math.abs(exact) >= 2 ** -126 && Math.abs(exact) < 2 ** 128)) continue;
    largest = Math.max(largest, Math.abs(got[i] - exact) / unitInLastPlace(exact));
  }
  return largest;
}

/** Numbers of both signs, evenly in the logarithm of their size. */
function spread(low: number, high: number, salt: number): Float32Array {
  return Float32Array.from({ length: samples }, (_, i) => {
    const place = (i + 0.5 + 0.3 * Math.sin(i * 12.9898 + salt)) / samples;
    return (i % 2 === 0 ? 1 : -1) * low * (high / low) ** place;
  });
}

describeWebGpu("webgpu's functions", (backend) => {
  const largestErrorOf = async (op: UnaryOp, x: Float32Array): Promise<number> => {
    const [input, output] = [
      backend().allocate("float32", x.length),
      backend().allocate("float32", x.length),
    ];
    backend().write(input, x);
    backend().run({ kind: "unary", op, dtype: "float32", length: x.length }, [input], [output]);
    const got = await backend().read(output);
    const f = unaryFunction(op);
    return largestError(got, (i) => f(x[i]));
  };

  test.each<[UnaryOp, number, number]>([
    ["exp", 1e-6, 88],
    ["expm1", 1e-6, 88],
    ["log", 1e-30, 1e30],
    ["log1p", 1e-6, 1e30],
    ["sqrt", 1e-30, 1e30],
    ["tanh", 1e-6, 20],
    ["sigmoid", 1e-6, 80],
    ["softplus", 1e-6, 80],
    ["erf", 1e-6, 5],
    ["reciprocal", 1e-30, 1e30],
  ])("%s within 3 units", async (op, low, high) => {
    const error = await largestErrorOf(op, spread(low, high, 1));
    expect(error).toBeLessThan(3);
  });

  test.each<[UnaryOp, number, number]>([
    ["sin", 1e-3, 4095],
    ["cos", 1e-3, 4095],
    ["sin", 4096, 3e38],
    ["cos", 4096, 3e38],
  ])("%s of numbers from %f to %f within 2^-22 of 1", async (op, low, high) => {
    const x = spread(low, high, 2);
    const [input, output] = [
      backend().allocate("float32", x.length),
      backend().allocate("float32", x.length),
    ];
    backend().write(input, x);
    backend().run({ kind: "unary", op, dtype: "float32", length: x.length }, [input], [output]);
    const got = await backend().read(output);
    const f = unaryFunction(op);
    let largest = 0;
    for (let i = 0; i < x.length; i++) largest = Math.max(largest, Math.abs(got[i] - f(x[i])));
    expect(largest).toBeLessThan(2 ** -22);
  });

  test("pow within 2 units, results of every size", async () => {
    const x = spread(1e-3, 1e3, 3).map(Math.abs);
    const y = spread(1e-3, 40, 4).map((value, i) => value * Math.sin(i));
    const buffers = [x, y, x].map((list) => backend().allocate("float32", list.length));
    backend().write(buffers[0], x);
    backend().write(buffers[1], y);
    const shape = [samples];
    const kernel = { kind: "binary", op: "pow", dtype: "float32", shape, strides: [[1], [1]] } as const;
    backend().run(kernel, buffers.slice(0, 2), [buffers[2]]);
    const f = binaryFunction("pow");
    const error = largestError(await backend().read(buffers[2]), (i) => f(x[i], y[i]));
    expect(error).toBeLessThan(2);
  });
});
