import type { DType } from "../tensor/dtype.ts";
import type { BinaryOp, CompareOp, Kernel, UnaryOp } from "./kernel.ts";

/** Where a step of a chain takes an operand from: a buffer of the chain, an earlier step, or a number. */
export type ChainOperand =
  | { readonly from: "input"; readonly index: number }
  | { readonly from: "step"; readonly index: number }
  | { readonly from: "number"; readonly value: number };

/** One elementwise operation of a chain: as the kernel of that kind, without its shape. `dtype` is its operands'. */
export type ChainStep = { readonly dtype: DType; readonly operands: readonly ChainOperand[] } & (
  | { readonly kind: "unary"; readonly op: UnaryOp }
  | { readonly kind: "binary"; readonly op: BinaryOp }
  | { readonly kind: "compare"; readonly op: CompareOp }
  | { readonly kind: "where" }
  | { readonly kind: "cast"; readonly to: DType }
);

/**
 * Elementwise kernels in one: inputs as `inputs` says, outputs [z of `shape`, the value of the last step]. Every step is
 * rounded as if it had been stored, so that the chain gives the bits of its kernels one after the other.
 */
export interface ChainKernel {
  readonly kind: "chain";
  /** Of z. */
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The strides follow `shape`. */
  readonly inputs: readonly { readonly dtype: DType; readonly strides: readonly number[] }[];
  readonly steps: readonly ChainStep[];
}

/** With its output as many buffers as every adapter of WebGPU binds. */
const mostInputs = 7;
const mostSteps = 16;

/** The type of what a step computes. */
export function resultOf(step: ChainStep): DType {
  if (step.kind === "compare") return "int32";
  return step.kind === "cast" ? step.to : step.dtype;
}

/** An elementwise kernel as a chain of one step; null for any other kernel. */
export function chainOf(kernel: Kernel | ChainKernel | { readonly kind: string }): ChainKernel | null {
  const known = kernel as Kernel | ChainKernel;
  switch (known.kind) {
    case "chain":
      return known;
    case "unary":
    case "cast": {
      const { length, ...operation } = known;
      const step: ChainStep = { ...operation, operands: [{ from: "input", index: 0 }] };
      return chain([length], [{ dtype: known.dtype, strides: [1] }], [step]);
    }
    case "binary":
    case "compare": {
      const { shape, strides, scalar, ...operation } = known;
      const inputs = strides.map((list) => ({ dtype: known.dtype, strides: list }));
      const operands: ChainOperand[] = inputs.map((_, index) => ({ from: "input", index }));
      if (scalar !== undefined) {
        operands.splice(scalar.side === "left" ? 0 : 1, 0, { from: "number", value: scalar.value });
      }
      return chain(shape, inputs, [{ ...operation, operands }]);
    }
    case "where": {
      const { shape, strides, dtype } = known;
      const inputs = strides.map((list, i) => ({
        dtype: i === 0 ? ("int32" as const) : dtype,
        strides: list,
      }));
      const operands = inputs.map((_, index) => ({ from: "input" as const, index }));
      return chain(shape, inputs, [{ kind: "where", dtype, operands }]);
    }
    default:
      return null;
  }
}

function chain(
  shape: readonly number[],
  inputs: ChainKernel["inputs"],
  steps: readonly [...ChainStep[], ChainStep],
): ChainKernel {
  return { kind: "chain", dtype: resultOf(steps[steps.length - 1]), shape, inputs, steps };
}

/**
 * Two chains in one, where `reads` are the inputs of the second that take what the first computes. Its inputs are the
 * first's, then the second's other ones. Null where the second does not read the value element by element in order, or where
 * there would be too much for one kernel.
 */
export function joined(
  first: ChainKernel,
  second: ChainKernel,
  reads: readonly number[],
): ChainKernel | null {
  const inOrder = (kernel: ChainKernel, index: number): boolean =>
    isRowMajor(kernel.shape, kernel.inputs[index].strides);
  if (sizeOf(first.shape) !== sizeOf(second.shape)) return null;
  if (!reads.every((index) => inOrder(second, index))) return null;
  const count = first.inputs.length + second.inputs.length - reads.length;
  if (count > mostInputs || first.steps.length + second.steps.length > mostSteps) return null;
  let { shape } = second;
  if (!sameShape(first.shape, shape)) {
    if (second.inputs.every((_, index) => inOrder(second, index))) shape = first.shape;
    else if (!first.inputs.every((_, index) => inOrder(first, index))) return null;
  }
  const seenIn = (kernel: ChainKernel) => (index: number) => {
    const { dtype, strides } = kernel.inputs[index];
    return { dtype, strides: sameShape(kernel.shape, shape) ? strides : rowMajor(shape) };
  };
  const others = second.inputs.map((_, index) => index).filter((index) => !reads.includes(index));
  const inputs = [...first.inputs.map((_, index) => seenIn(first)(index)), ...others.map(seenIn(second))];
  const moved = (operand: ChainOperand): ChainOperand => {
    if (operand.from === "number") return operand;
    if (operand.from === "step") return { from: "step", index: operand.index + first.steps.length };
    if (reads.includes(operand.index)) return { from: "step", index: first.steps.length - 1 };
    return { from: "input", index: first.inputs.length + others.indexOf(operand.index) };
  };
  const later = second.steps.map((step) => ({ ...step, operands: step.operands.map(moved) }));
  return { kind: "chain", dtype: second.dtype, shape, inputs, steps: [...first.steps, ...later] };
}

function rowMajor(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides.unshift(stride);
    stride *= shape[axis];
  }
  return strides;
}

function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  const wanted = rowMajor(shape);
  return shape.every((size, axis) => size === 1 || strides[axis] === wanted[axis]);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
