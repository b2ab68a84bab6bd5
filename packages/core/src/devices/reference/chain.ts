import { allocateArray, type DType, type TypedArray } from "../../tensor/dtype.ts";
import { type ChainKernel, type ChainOperand, resultOf } from "../chain.ts";
import { runBinary, runCompare, runWhere } from "./binary.ts";
import { runCast } from "./movement.ts";
import { sizeOf, stridedOffsets } from "./strided.ts";
import { runUnary } from "./unary.ts";

/** Every step with the kernel of its kind, into an array of its own: rounded as if it had been stored. */
export function runChain(kernel: ChainKernel, inputs: readonly TypedArray[], z: TypedArray): void {
  const length = sizeOf(kernel.shape);
  const dense = kernel.inputs.map(({ dtype, strides }, index) => {
    const offsets = stridedOffsets(kernel.shape, strides);
    return allocateArray(dtype, length).map((_, i) => inputs[index]![offsets[i]!]!);
  });
  const computed: TypedArray[] = [];
  for (const step of kernel.steps) {
    const { dtype } = step;
    const result = allocateArray(resultOf(step), length);
    const values = step.operands.map((operand) => valuesOf(operand, dense, computed));
    const filled = values.map((list) => (typeof list === "number" ? numbersOf(dtype, length, list) : list));
    const strided = { shape: [length], strides: filled.map(() => [1]) };
    if (step.kind === "unary") runUnary({ kind: "unary", op: step.op, dtype, length }, filled[0]!, result);
    else if (step.kind === "cast") runCast({ kind: "cast", dtype, to: step.to, length }, filled[0]!, result);
    else if (step.kind === "where") runWhere({ kind: "where", dtype, ...strided }, filled, result);
    else if (step.kind === "compare") {
      runCompare({ kind: "compare", op: step.op, dtype, ...strided }, filled, result);
    } else runBinary({ kind: "binary", op: step.op, dtype, ...strided }, filled, result);
    computed.push(result);
  }
  z.set(computed[computed.length - 1]!);
}

function valuesOf(
  operand: ChainOperand,
  inputs: readonly TypedArray[],
  steps: readonly TypedArray[],
): TypedArray | number {
  if (operand.from === "number") return operand.value;
  return (operand.from === "input" ? inputs : steps)[operand.index]!;
}

/** Truncated where integers are wanted. */
function numbersOf(dtype: DType, length: number, value: number): TypedArray {
  return allocateArray(dtype, length).fill(value);
}
