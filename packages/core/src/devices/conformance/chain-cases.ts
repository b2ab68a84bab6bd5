import type { DType } from "../../tensor/dtype.ts";
import { type ChainKernel, type ChainOperand, type ChainStep, resultOf } from "../chain.ts";
import { type KernelCase, stale, values } from "./kernel-case.ts";

const a = (index: number): ChainOperand => ({ from: "input", index });
const s = (index: number): ChainOperand => ({ from: "step", index });
const number = (value: number): ChainOperand => ({ from: "number", value });

/** Shapes of z and strides of three inputs: all in order, broadcast, transposed, one element, none. */
const layouts: readonly { shape: readonly number[]; strides: readonly (readonly number[])[] }[] = [
  ...[1, 4, 5, 70, 1030].map((length) => ({ shape: [length], strides: [[1], [1], [1]] })),
  { shape: [], strides: [[], [], []] },
  {
    shape: [5, 3],
    strides: [
      [3, 1],
      [0, 1],
      [1, 0],
    ],
  },
  {
    shape: [5, 3],
    strides: [
      [1, 5],
      [3, 1],
      [0, 0],
    ],
  },
  {
    shape: [2, 4, 3],
    strides: [
      [12, 3, 1],
      [0, 3, 1],
      [4, 1, 0],
    ],
  },
  {
    shape: [2, 0],
    strides: [
      [0, 1],
      [1, 0],
      [0, 0],
    ],
  },
];

/** Every kind of step, operands from everywhere, and products followed by sums, which compilers like to contract. */
export function* chainCases(dtype: DType): Generator<KernelCase<ChainKernel>> {
  const programs: readonly (readonly ChainStep[])[] = [
    [
      { kind: "binary", op: "mul", dtype, operands: [a(0), a(1)] },
      { kind: "binary", op: "add", dtype, operands: [s(0), a(2)] },
      { kind: "binary", op: "sub", dtype, operands: [number(3), s(1)] },
    ],
    [
      { kind: "compare", op: "less", dtype, operands: [a(0), a(1)] },
      { kind: "unary", op: "neg", dtype, operands: [a(2)] },
      { kind: "where", dtype, operands: [s(0), s(1), a(0)] },
      { kind: "binary", op: "maximum", dtype, operands: [s(2), number(-2)] },
    ],
    [
      { kind: "binary", op: "mul", dtype, operands: [a(0), a(0)] },
      { kind: "binary", op: "minimum", dtype, operands: [a(1), a(2)] },
      { kind: "compare", op: "greaterEqual", dtype, operands: [s(0), s(1)] },
    ],
    ...(dtype === "int32" ? [] : [floatProgram(dtype)]),
  ];
  for (const steps of programs) {
    const last = steps[steps.length - 1]!;
    for (const [index, { shape, strides }] of layouts.entries()) {
      const kernel: ChainKernel = {
        kind: "chain",
        dtype: resultOf(last),
        shape,
        inputs: strides.map((list) => ({ dtype, strides: list })),
        steps,
      };
      const length = shape.reduce((size, axis) => size * axis, 1);
      yield {
        kernel,
        inputs: strides.map((list, input) => values(dtype, extent(shape, list, length), 3 * index + input)),
        outputs: [stale(kernel.dtype, length)],
        exact: steps !== programs[3],
      };
    }
  }
}

function floatProgram(dtype: DType): readonly ChainStep[] {
  return [
    { kind: "unary", op: "tanh", dtype, operands: [a(0)] },
    { kind: "binary", op: "tanhGradient", dtype, operands: [a(1), s(0)] },
    { kind: "compare", op: "greater", dtype, operands: [a(2), number(0.5)] },
    { kind: "cast", dtype: "int32", to: dtype, operands: [s(2)] },
    { kind: "binary", op: "mul", dtype, operands: [s(1), s(3)] },
    { kind: "binary", op: "add", dtype, operands: [s(4), s(0)] },
  ];
}

/** The shortest buffer that strides from 0 on stay inside. */
function extent(shape: readonly number[], strides: readonly number[], length: number): number {
  if (length === 0) return 0;
  return strides.reduce((last, stride, axis) => last + stride * (shape[axis]! - 1), 0) + 1;
}
