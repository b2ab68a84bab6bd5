import type { TypedArray } from "../../tensor/dtype.ts";
import type { FusedKernelOf, KernelOf, ReduceOp } from "../kernel.ts";

/** y[o, i] = f over a of x[o, a, i], accumulated in double (int32: modulo 2³²). */
export function runReduce(kernel: KernelOf<"reduce">, x: TypedArray, y: TypedArray): void {
  const { outer, axis, inner } = kernel;
  const f = reduction(kernel.op, kernel.dtype === "int32");
  const line = new Array<number>(axis);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      for (let a = 0; a < axis; a++) line[a] = x[(o * axis + a) * inner + i]!;
      y[o * inner + i] = f(line);
    }
  }
}

/** y[0] = Σ x², each square rounded as if it had been stored, accumulated in double. */
export function runSumOfSquares(
  { dtype, length }: FusedKernelOf<"sumOfSquares">,
  x: TypedArray,
  y: TypedArray,
): void {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += dtype === "float32" ? Math.fround(x[i]! * x[i]!) : x[i]! * x[i]!;
  y[0] = sum;
}

/** Running sums, accumulated in double (int32: modulo 2³²); from the end where `reverse`. */
export function runCumsum(kernel: KernelOf<"cumsum">, x: TypedArray, y: TypedArray): void {
  const { outer, axis, inner } = kernel;
  const add = kernel.dtype === "int32" ? addWrapping : addExact;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      let sum = 0;
      for (let step = 0; step < axis; step++) {
        const a = kernel.reverse ? axis - 1 - step : step;
        sum = add(sum, x[(o * axis + a) * inner + i]!);
        y[(o * axis + a) * inner + i] = sum;
      }
    }
  }
}

/** Of no elements: `sum` 0, `prod` 1, `max` −∞, `min` +∞ (int32: the type's ends), `arg*` 0. */
function reduction(op: ReduceOp, integer: boolean): (line: readonly number[]) => number {
  switch (op) {
    case "sum":
      return (line) => line.reduce(integer ? addWrapping : addExact, 0);
    case "prod":
      return (line) => line.reduce(integer ? Math.imul : (x, y) => x * y, 1);
    case "max":
      return (line) => line.reduce((x, y) => Math.max(x, y), integer ? -(2 ** 31) : Number.NEGATIVE_INFINITY);
    case "min":
      return (line) =>
        line.reduce((x, y) => Math.min(x, y), integer ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY);
    case "argmax":
      return (line) => firstBest(line, (x, best) => x > best);
    case "argmin":
      return (line) => firstBest(line, (x, best) => x < best);
    default:
      return op satisfies never;
  }
}

/** The first NaN if there is one, else the first of the best. */
function firstBest(line: readonly number[], better: (x: number, best: number) => boolean): number {
  const firstNaN = line.findIndex(Number.isNaN);
  if (firstNaN >= 0) return firstNaN;
  return line.reduce((best, x, a) => (better(x, line[best]!) ? a : best), 0);
}

function addExact(x: number, y: number): number {
  return x + y;
}

function addWrapping(x: number, y: number): number {
  return (x + y) | 0;
}
