import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { DeviceBuffer } from "../devices/backend.ts";
import type { AnyKernel, FusedKind } from "../devices/kernel.ts";
import {
  add,
  compile,
  mul,
  noGrad,
  setDevice,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "../index.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { fuse } from "./fuse.ts";

const buffer = (length: number): DeviceBuffer => ({ dtype: "float32", length });
const step = (kernel: AnyKernel, inputs: DeviceBuffer[], outputs: DeviceBuffer[]): RecordedStep => ({
  kernel,
  inputs,
  outputs,
});
const squared: AnyKernel = { kind: "unary", op: "square", dtype: "float32", length: 40 };
const summed: AnyKernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 40, inner: 1 };
const copied: AnyKernel = { kind: "unary", op: "neg", dtype: "float32", length: 40 };

describe("fuse", () => {
  const [x, s, y, z] = [buffer(40), buffer(40), buffer(1), buffer(40)] as const;
  const kindsOf = (
    steps: readonly RecordedStep[],
    lasting: readonly DeviceBuffer[] = [],
    kinds: readonly FusedKind[] = ["sumOfSquares"],
  ): string[] =>
    fuse(steps, kinds, new Set([s, y, z]), new Set(lasting)).map((launch) =>
      "effect" in launch || typeof launch.kernel === "function" ? "host" : launch.kernel.kind,
    );
  const both = [step(squared, [x], [s]), step(summed, [s], [y])];

  it("puts a square and its sum into one launch, which takes the sum's place", () => {
    expect(kindsOf(both)).toEqual(["sumOfSquares"]);
    expect(kindsOf([both[0], step(copied, [x], [z]), both[1]])).toEqual(["unary", "sumOfSquares"]);
    expect(fuse(both, ["sumOfSquares"], new Set([s, y]), new Set())).toEqual([
      { kernel: { kind: "sumOfSquares", dtype: "float32", length: 40 }, inputs: [x], outputs: [y] },
    ]);
  });

  it("leaves alone what a backend does not list, and values that somebody else needs", () => {
    expect(kindsOf(both, [], [])).toEqual(["unary", "reduce"]);
    expect(kindsOf(both, [s])).toEqual(["unary", "reduce"]);
    expect(kindsOf([...both, step(copied, [s], [z])])).toEqual(["unary", "reduce", "unary"]);
    const foreign = fuse(both, ["sumOfSquares"], new Set([y]), new Set());
    expect(foreign).toHaveLength(2);
  });

  it("leaves alone a launch whose input changes before the value is read", () => {
    expect(kindsOf([both[0], step(copied, [z], [x]), both[1]])).toEqual(["unary", "unary", "reduce"]);
  });

  it("leaves alone a sum along some axes only", () => {
    const rows: AnyKernel = { ...summed, outer: 4, axis: 10 };
    expect(kindsOf([both[0], step(rows, [s], [y])])).toEqual(["unary", "reduce"]);
  });
});

describe("fuse: chains", () => {
  const [x, y, u, v, z] = [buffer(12), buffer(4), buffer(12), buffer(12), buffer(12)] as const;
  const made = new Set([u, v, z]);
  const unary = (op: "neg" | "tanh"): AnyKernel => ({ kind: "unary", op, dtype: "float32", length: 12 });
  const times = (strides: readonly (readonly number[])[]): AnyKernel => ({
    kind: "binary",
    op: "mul",
    dtype: "float32",
    shape: [3, 4],
    strides,
  });
  const dense = [4, 1];
  const row = [0, 1];
  const launched = (steps: readonly RecordedStep[], lasting: readonly DeviceBuffer[] = []) =>
    fuse(steps, ["chain"], made, new Set(lasting)) as readonly Extract<RecordedStep, { kernel: unknown }>[];

  it("takes a shape from the part that has one, and its inputs in order", () => {
    const [fused, ...more] = launched([
      step(unary("neg"), [x], [u]),
      step(times([row, dense]), [y, u], [v]),
      step(unary("tanh"), [v], [z]),
    ]);
    expect(more).toEqual([]);
    expect(fused).toEqual({
      inputs: [x, y],
      outputs: [z],
      kernel: {
        kind: "chain",
        dtype: "float32",
        shape: [3, 4],
        inputs: [
          { dtype: "float32", strides: dense },
          { dtype: "float32", strides: row },
        ],
        steps: [
          { kind: "unary", op: "neg", dtype: "float32", operands: [{ from: "input", index: 0 }] },
          {
            kind: "binary",
            op: "mul",
            dtype: "float32",
            operands: [
              { from: "input", index: 1 },
              { from: "step", index: 0 },
            ],
          },
          { kind: "unary", op: "tanh", dtype: "float32", operands: [{ from: "step", index: 1 }] },
        ],
      },
    });
  });

  it("a value read twice by one launch is one step", () => {
    const [fused] = launched([step(unary("neg"), [x], [u]), step(times([dense, dense]), [u, u], [z])]);
    expect(fused.inputs).toEqual([x]);
    expect(fused.kernel).toMatchObject({ steps: [{}, { operands: [{ from: "step" }, { from: "step" }] }] });
  });

  it("leaves alone a value that is read out of order, by others too, or after its source changed", () => {
    const kinds = (steps: readonly RecordedStep[], lasting: readonly DeviceBuffer[] = []): string[] =>
      launched(steps, lasting).map(({ kernel }) => (typeof kernel === "function" ? "host" : kernel.kind));
    const negated = step(unary("neg"), [x], [u]);
    const transposed = [1, 3];
    expect(kinds([negated, step(times([transposed, dense]), [u, x], [z])])).toEqual(["unary", "binary"]);
    expect(kinds([negated, step(times([dense, transposed]), [u, u], [z])])).toEqual(["unary", "binary"]);
    expect(kinds([negated, step(unary("tanh"), [u], [z])], [u])).toEqual(["unary", "unary"]);
    const both = [step(unary("tanh"), [u], [z]), step(unary("tanh"), [u], [v])];
    expect(kinds([negated, ...both])).toEqual(["unary", "unary", "unary"]);
    const changed = step(unary("tanh"), [z], [x]);
    expect(kinds([negated, changed, step(unary("tanh"), [u], [v])])).toEqual(["unary", "unary", "unary"]);
  });
});

/** A random program over a few vectors: each instruction appends a vector or a scalar computed from earlier ones. */
type Instruction = readonly [op: number, left: number, right: number];

function run(program: readonly Instruction[], x: Tensor, w: Tensor): Tensor[] {
  const values = [x, w];
  const results: Tensor[] = [];
  for (const [op, left, right] of program) {
    const a = values[left % values.length];
    const b = values[right % values.length];
    if (op === 0) values.push(add(a, b));
    else if (op === 1) values.push(mul(a, sub(b, 0.5)));
    else if (op === 2) values.push(tanh(a));
    else if (op === 3) values.push(square(a));
    else if (op === 4) results.push(sum(square(a)));
    else results.push(sum(mul(square(a), b)));
  }
  return [...results, values[values.length - 1]];
}

describe.each(["reference", "wasm"])("compiled random programs on %s", (device) => {
  beforeEach(() => setDevice(device));

  it("give the bits that they give uncompiled, at every replay", () => {
    const instruction = fc.tuple(fc.nat(5), fc.nat(20), fc.nat(20));
    fc.assert(
      fc.property(
        fc.array(instruction, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 70 }),
        (program, size) => {
          const w = tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3)));
          const compiled = compile((x: Tensor) => run(program, x, w));
          for (const salt of [0, 1, 2]) {
            const x = tensor(Float32Array.from({ length: size }, (_, i) => Math.cos(i * 0.7 + salt)));
            const want = noGrad(() => run(program, x, w)).map((result) => result.toArray());
            expect(compiled(x).map((result) => result.toArray())).toEqual(want);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
