import type { TypedArray } from "../../tensor/dtype.ts";
import type { KernelOf, UnaryOp } from "../kernel.ts";
import { erf } from "./erf.ts";

/** y = f(x), each element in double, rounded once when stored. */
export function runUnary(kernel: KernelOf<"unary">, x: TypedArray, y: TypedArray): void {
  const f = kernel.dtype === "int32" ? integerFunction(kernel.op) : unaryFunction(kernel.op);
  for (let i = 0; i < kernel.length; i++) y[i] = f(x[i]!);
}

/** The function of `op` on doubles. Zeros keep their sign where IEEE 754 says so; NaN gives NaN (0 for `isFinite`). */
export function unaryFunction(op: UnaryOp): (x: number) => number {
  switch (op) {
    case "neg":
      return (x) => -x;
    case "exp":
      return Math.exp;
    case "expm1":
      return Math.expm1;
    case "log":
      return Math.log;
    case "log1p":
      return Math.log1p;
    case "sqrt":
      return Math.sqrt;
    case "abs":
      return Math.abs;
    case "sign":
      return (x) => (x > 0 ? 1 : x < 0 ? -1 : x === 0 ? 0 : Number.NaN);
    case "square":
      return (x) => x * x;
    case "reciprocal":
      return (x) => 1 / x;
    case "sin":
      return Math.sin;
    case "cos":
      return Math.cos;
    case "tanh":
      return Math.tanh;
    case "sigmoid":
      return sigmoid;
    case "relu":
      return (x) => Math.max(x, 0);
    case "softplus":
      return (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    case "erf":
      return erf;
    case "floor":
      return Math.floor;
    case "isFinite":
      return (x) => (Number.isFinite(x) ? 1 : 0);
    default:
      return op satisfies never;
  }
}

/** The exponential is taken of a number that is not positive, so it never overflows. */
function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return x < 0 ? e / (1 + e) : 1 / (1 + e);
}

/** As {@link unaryFunction}, wrapping; the float-only operations were refused before. */
function integerFunction(op: UnaryOp): (x: number) => number {
  if (op === "square") return (x) => Math.imul(x, x);
  return unaryFunction(op);
}
