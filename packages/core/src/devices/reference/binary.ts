import type { TypedArray } from "../../tensor/dtype.ts";
import type { BinaryOp, CompareOp, KernelOf } from "../kernel.ts";
import { sizeOf, stridedOffsets } from "./strided.ts";

/** z = f(x, y), each element in double, rounded once when stored. */
export function runBinary(kernel: KernelOf<"binary">, inputs: readonly TypedArray[], z: TypedArray): void {
  const f = kernel.dtype === "int32" ? integerFunction(kernel.op) : binaryFunction(kernel.op);
  zip(kernel, inputs, z, f);
}

/** z = 1 where the comparison holds, else 0. */
export function runCompare(kernel: KernelOf<"compare">, inputs: readonly TypedArray[], z: TypedArray): void {
  const holds = comparison(kernel.op);
  zip(kernel, inputs, z, (x, y) => (holds(x, y) ? 1 : 0));
}

/** z = x where the condition is not 0, else y. */
export function runWhere(kernel: KernelOf<"where">, inputs: readonly TypedArray[], z: TypedArray): void {
  const [condition, x, y] = inputs as [TypedArray, TypedArray, TypedArray];
  const [conditionOffsets, xOffsets, yOffsets] = kernel.strides.map((s) => stridedOffsets(kernel.shape, s));
  for (let i = 0; i < sizeOf(kernel.shape); i++) {
    z[i] = condition[conditionOffsets![i]!] !== 0 ? x[xOffsets![i]!]! : y[yOffsets![i]!]!;
  }
}

function zip(
  kernel: KernelOf<"binary"> | KernelOf<"compare">,
  inputs: readonly TypedArray[],
  z: TypedArray,
  f: (x: number, y: number) => number,
): void {
  const size = sizeOf(kernel.shape);
  const first = inputs[0]!;
  const firstOffsets = stridedOffsets(kernel.shape, kernel.strides[0]!);
  if (kernel.scalar === undefined) {
    const second = inputs[1]!;
    const secondOffsets = stridedOffsets(kernel.shape, kernel.strides[1]!);
    for (let i = 0; i < size; i++) z[i] = f(first[firstOffsets[i]!]!, second[secondOffsets[i]!]!);
    return;
  }
  const scalar = roundTo(kernel.dtype, kernel.scalar.value);
  for (let i = 0; i < size; i++) {
    const value = first[firstOffsets[i]!]!;
    z[i] = kernel.scalar.side === "left" ? f(scalar, value) : f(value, scalar);
  }
}

/** A scalar operand is an element of the kernel's dtype, like the operand it stands for. */
function roundTo(dtype: KernelOf<"binary">["dtype"], value: number): number {
  if (dtype === "float64") return value;
  return dtype === "float32" ? Math.fround(value) : Math.trunc(value) | 0;
}

/** The function of `op` on doubles. */
export function binaryFunction(op: BinaryOp): (x: number, y: number) => number {
  switch (op) {
    case "add":
      return (x, y) => x + y;
    case "sub":
      return (x, y) => x - y;
    case "mul":
      return (x, y) => x * y;
    case "div":
      return (x, y) => x / y;
    case "pow":
      return power;
    case "maximum":
      return (x, y) => Math.max(x, y);
    case "minimum":
      return (x, y) => Math.min(x, y);
    case "tanhGradient":
      return (x, y) => x * (1 - y) * (1 + y);
    case "sigmoidGradient":
      return (x, y) => x * y * (1 - y);
    case "reluGradient":
      return (x, y) => (y > 0 ? x : 0);
    default:
      return op satisfies never;
  }
}

/** IEEE 754 `pow`. JavaScript's differs in three cases, where it gives NaN: 1^NaN and (±1)^±∞. */
function power(x: number, y: number): number {
  if (x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY)) return 1;
  return x ** y;
}

/** As {@link binaryFunction}, wrapping; the float-only operations were refused before. */
function integerFunction(op: BinaryOp): (x: number, y: number) => number {
  switch (op) {
    case "mul":
      return Math.imul;
    case "div":
      return (x, y) => (y === 0 ? 0 : Math.trunc(x / y));
    case "pow":
      return integerPower;
    default:
      return binaryFunction(op);
  }
}

/** By repeated squaring, modulo 2³². */
function integerPower(base: number, exponent: number): number {
  if (exponent < 0) {
    if (base === 1) return 1;
    if (base === -1) return exponent % 2 === 0 ? 1 : -1;
    return 0;
  }
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest >>= 1) {
    if (rest & 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

function comparison(op: CompareOp): (x: number, y: number) => boolean {
  switch (op) {
    case "equal":
      return (x, y) => x === y;
    case "notEqual":
      return (x, y) => x !== y;
    case "less":
      return (x, y) => x < y;
    case "lessEqual":
      return (x, y) => x <= y;
    case "greater":
      return (x, y) => x > y;
    case "greaterEqual":
      return (x, y) => x >= y;
    default:
      return op satisfies never;
  }
}
