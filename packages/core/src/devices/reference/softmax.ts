import type { TypedArray } from "../../tensor/dtype.ts";
import type { KernelOf } from "../kernel.ts";

/**
 * The softmax family along the middle axis of [outer, axis, inner], in double, shifted by the maximum.
 * A line of −∞ only: `logsumexp` is −∞, the other two NaN (0/0), as in PyTorch.
 */
export function runSoftmax(kernel: KernelOf<"softmax">, x: TypedArray, y: TypedArray): void {
  const { op, outer, axis, inner } = kernel;
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (a: number): number => (o * axis + a) * inner + i;
      let maximum = Number.NEGATIVE_INFINITY;
      for (let a = 0; a < axis; a++) maximum = Math.max(maximum, x[at(a)]!);
      let sum = 0;
      for (let a = 0; a < axis; a++) sum += Math.exp(x[at(a)]! - maximum);
      const logSum = Math.log(sum);
      switch (op) {
        case "softmax":
          for (let a = 0; a < axis; a++) y[at(a)] = Math.exp(x[at(a)]! - maximum) / sum;
          break;
        case "logSoftmax":
          for (let a = 0; a < axis; a++) y[at(a)] = x[at(a)]! - maximum - logSum;
          break;
        case "logsumexp":
          y[o * inner + i] = Math.abs(maximum) === Number.POSITIVE_INFINITY ? maximum : maximum + logSum;
          break;
        default:
          op satisfies never;
      }
    }
  }
}
