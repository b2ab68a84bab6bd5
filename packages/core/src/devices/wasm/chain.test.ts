/** Chains give the bits of their kernels one after the other: every operation, every layout, every special number. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { compile, noGrad, setDevice, type Tensor, tensor, where } from "../../index.ts";
import type { DType, TypedArray } from "../../tensor/dtype.ts";
import { type ChainKernel, type ChainStep, chainOf, joined } from "../chain.ts";
import { specialValues } from "../conformance/kernel-case.ts";
import { binaryOps, compareOps, type Kernel, unaryOps } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import { createWasmBackend } from "./backend.ts";

const device = createWasmBackend();

/** Shapes of the result, and strides of operands that differ in every way in which they can lie under it. */
const layouts: readonly (readonly [shape: readonly number[], ...strides: (readonly number[])[]])[] = [
  [[], [], [], []],
  [[5], [1], [1], [1]],
  [[2100], [1], [0], [1]],
  [[2100], [0], [1], [0]],
  [
    [3, 700],
    [700, 1],
    [0, 1],
    [1, 0],
  ],
  [
    [300, 7],
    [0, 1],
    [1, 0],
    [7, 1],
  ],
  [
    [700, 3],
    [1, 700],
    [3, 1],
    [0, 0],
  ],
  [
    [20, 6, 10],
    [60, 10, 1],
    [0, 10, 1],
    [6, 1, 0],
  ],
];

interface Link {
  readonly kernel: Kernel;
  /** Which of the three operands it reads, −1 being what the link before has computed. */
  readonly reads: readonly number[];
}

/** Whether int32 has the kernel. */
function exists(kernel: Kernel): boolean {
  try {
    refuseIntegers(kernel);
    return true;
  } catch {
    return false;
  }
}

/** Pairs of kernels, the second of which reads what the first computes: every operation on either side. */
function* pairs(dtype: DType, [shape, ...strides]: (typeof layouts)[number]): Generator<[Link, Link]> {
  const length = shape.reduce((size, axis) => size * axis, 1);
  const own = shape.map((_, axis) => shape.slice(axis + 1).reduce((size, next) => size * next, 1));
  const scalar = { side: "left", value: -1.5 } as const;
  const firsts: Link[] = [];
  const operations = [
    ...binaryOps.map((op) => ({ kind: "binary", op }) as const),
    ...compareOps.map((op) => ({ kind: "compare", op }) as const),
  ];
  for (const operation of operations) {
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [2, 0],
    ] as const) {
      firsts.push({
        kernel: { ...operation, dtype, shape, strides: [strides[a]!, strides[b]!] },
        reads: [a, b],
      });
    }
    firsts.push({ kernel: { ...operation, dtype, shape, strides: [strides[0]!], scalar }, reads: [0] });
  }
  for (const op of unaryOps) {
    const kernel = { kind: "binary", op: "mul", dtype, shape, strides: [strides[0]!, strides[1]!] } as const;
    if (exists({ kind: "unary", op, dtype, length })) {
      yield [
        { kernel, reads: [0, 1] },
        { kernel: { kind: "unary", op, dtype, length }, reads: [-1] },
      ];
    }
  }
  for (const first of firsts) {
    if (!exists(first.kernel)) continue;
    const isCompare = first.kernel.kind === "compare";
    const made = isCompare ? "int32" : dtype;
    const seconds: Link[] = [
      {
        kernel: { kind: "binary", op: "sub", dtype: made, shape, strides: [own, own] },
        reads: [-1, -1],
      },
      {
        kernel: { kind: "cast", dtype: made, to: made === "int32" ? "float32" : "int32", length },
        reads: [-1],
      },
    ];
    if (isCompare) {
      const kernel = { kind: "where", dtype, shape, strides: [own, strides[1]!, strides[2]!] } as const;
      seconds.push({ kernel, reads: [-1, 1, 2] });
    } else {
      const kernel = { kind: "binary", op: "maximum", dtype, shape, strides: [strides[2]!, own] } as const;
      seconds.push({ kernel, reads: [2, -1] });
      const right = { side: "right", value: 0.3 } as const;
      seconds.push({ kernel: { ...kernel, op: "add", strides: [own], scalar: right }, reads: [-1] });
    }
    for (const second of seconds) yield [first, second];
  }
}

test.each(["float32", "int32"] as const)("%s: every operation, in every layout", (dtype) => {
  let chains = 0;
  for (const layout of layouts) {
    const [shape, ...strides] = layout;
    const length = shape.reduce((size, axis) => size * axis, 1);
    const operands = strides.map((list, operand) => {
      const extent = shape.reduce((last, size, axis) => last + (size - 1) * list[axis]!, 1);
      const numbers = Array.from({ length: extent }, (_, i) =>
        i % 3 === 0 ? specialValues[(i + operand) % specialValues.length]! : Math.sin(i + operand) * 9,
      );
      return uploaded(dtype === "int32" ? Int32Array.from(numbers) : Float32Array.from(numbers));
    });
    for (const [first, second] of pairs(dtype, layout)) {
      const [head, tail] = [chainOf(first.kernel)!, chainOf(second.kernel)!];
      const chain = joined(
        head,
        tail,
        second.reads.flatMap((read, i) => (read < 0 ? i : [])),
      )!;
      const others = second.reads.filter((read) => read >= 0).map((read) => operands[read]!);
      const given = first.reads.map((read) => operands[read]!);
      const [between, wanted, got] = [head.dtype, tail.dtype, tail.dtype].map((type) =>
        device.allocate(type, length),
      );
      device.run(first.kernel, given, [between!]);
      device.run(
        second.kernel,
        second.reads.map((read) => (read < 0 ? between! : operands[read]!)),
        [wanted!],
      );
      device.runChain(chain, [...given, ...others], [got!]);
      expect(bitsOf(device.readSync(got!)), nameOf(chain)).toEqual(bitsOf(device.readSync(wanted!)));
      for (const buffer of [between, wanted, got]) device.free(buffer!);
      chains++;
    }
  }
  expect(chains).toBeGreaterThan(dtype === "int32" ? 1000 : 1500);
});

test("numbers wherever a chain may have them, and a cast to its own type", () => {
  const [a, s] = [
    { from: "input", index: 0 } as const,
    (index: number) => ({ from: "step", index }) as const,
  ];
  const number = (value: number) => ({ from: "number", value }) as const;
  const dtype = "float32";
  const steps: readonly ChainStep[] = [
    { kind: "binary", op: "mul", dtype, operands: [a, a] },
    { kind: "unary", op: "neg", dtype, operands: [number(2)] },
    { kind: "binary", op: "sub", dtype, operands: [number(0.5), number(0.25)] },
    { kind: "compare", op: "less", dtype, operands: [s(0), s(2)] },
    { kind: "where", dtype, operands: [s(3), number(7), s(1)] },
    { kind: "cast", dtype, to: dtype, operands: [s(4)] },
    { kind: "binary", op: "add", dtype, operands: [s(5), a] },
  ];
  const length = 2500;
  const x = Float32Array.from({ length }, (_, i) => Math.sin(i));
  const chain: ChainKernel = {
    kind: "chain",
    dtype,
    shape: [length],
    inputs: [{ dtype, strides: [1] }],
    steps,
  };
  const z = device.allocate(dtype, length);
  device.runChain(chain, [uploaded(x)], [z]);
  expect(device.readSync(z)).toEqual(x.map((value) => value + (Math.fround(value * value) < 0.25 ? 7 : -2)));
});

test("a chain that needs more tiles than there are is refused", () => {
  const dtype = "float32";
  const steps: ChainStep[] = Array.from({ length: 16 }, () => ({
    kind: "unary",
    op: "neg",
    dtype,
    operands: [{ from: "input", index: 0 }],
  }));
  for (let index = 0; index < 16; index++) {
    const sum = { from: "step", index: index === 0 ? 0 : 15 + index } as const;
    steps.push({ kind: "binary", op: "add", dtype, operands: [sum, { from: "step", index }] });
  }
  const chain: ChainKernel = { kind: "chain", dtype, shape: [4], inputs: [{ dtype, strides: [1] }], steps };
  expect(() => device.runChain(chain, [uploaded(new Float32Array(4))], [device.allocate(dtype, 4)])).toThrow(
    "more than 16 tiles",
  );
});

function uploaded(values: TypedArray) {
  const buffer = device.allocate(values instanceof Int32Array ? "int32" : "float32", values.length);
  device.write(buffer, values);
  return buffer;
}

function bitsOf(values: TypedArray): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length);
}

function nameOf({ shape, inputs, steps }: ChainKernel): string {
  return JSON.stringify({ shape, strides: inputs.map(({ strides }) => strides), steps });
}

type Instruction = readonly [op: number, left: number, right: number];

/** Appends tensors computed from earlier ones: a matrix, a row, a column and a number at first. */
function run(program: readonly Instruction[], given: readonly Tensor[]): Tensor[] {
  const all = [...given];
  const results: Tensor[] = [];
  for (const [op, left, right] of program) {
    const a = all[left % all.length]!;
    const b = all[right % all.length]!;
    if (op === 0) all.push(a.mul(b).add(given[0]!));
    else if (op === 1) all.push(a.mul(0.75).sub(b));
    else if (op === 2) all.push(a.tanh().mul(b));
    else if (op === 3) all.push(a.greater(b).cast("float32").mul(a).add(0.125));
    else if (op === 4) all.push(a.square().add(b.square()).sqrt());
    else if (op === 5) all.push(where(a.lessEqual(b), a.abs().log(), b.div(0.1)));
    else results.push(a.sub(b).exp());
  }
  return [...results, all[all.length - 1]!];
}

test.each([
  [7, 6],
  [300, 8],
] as const)(
  "random programs over %i × %i: compiled as not compiled, at every replay",
  async (rows, columns) => {
    await setDevice("wasm");
    const values = (size: number, salt: number): Float32Array =>
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + salt) * 1.5);
    const row = tensor(values(columns, 3));
    const column = tensor(values(rows, 4), { shape: [rows, 1] });
    const one = tensor(0.3);
    const instruction = fc.tuple(fc.nat(6), fc.nat(9), fc.nat(9));
    fc.assert(
      fc.property(fc.array(instruction, { minLength: 1, maxLength: 8 }), (program) => {
        const compiled = compile((x: Tensor) => run(program, [x, row, column, one]));
        for (const salt of [0, 1, 2]) {
          const x = tensor(values(rows * columns, salt), { shape: [rows, columns] });
          const want = noGrad(() => run(program, [x, row, column, one])).map((y) => bitsOf(y.dataSync()));
          expect(compiled(x).map((y) => bitsOf(y.dataSync()))).toEqual(want);
        }
      }),
      { numRuns: 60 },
    );
  },
);
