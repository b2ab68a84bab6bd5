import type { TypedArray } from "../../tensor/dtype.ts";
import type { Activation, KernelOf } from "../kernel.ts";
import { unaryFunction } from "./unary.ts";

/** C[b] = activation(op(A[b]) · op(B[b]) + bias), accumulated in double (int32: modulo 2³²). */
export function runMatmul(kernel: KernelOf<"matmul">, inputs: readonly TypedArray[], c: TypedArray): void {
  const { batch, m, n, k, transposeA, transposeB } = kernel;
  const [a, b, bias] = inputs as [TypedArray, TypedArray, TypedArray | undefined];
  const integer = kernel.dtype === "int32";
  const activate = activationFunction(kernel.activation);
  for (let index = 0; index < batch; index++) {
    const aStart = index * kernel.batchStrideA;
    const bStart = index * kernel.batchStrideB;
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let inner = 0; inner < k; inner++) {
          const left = a[aStart + (transposeA ? inner * m + row : row * k + inner)]!;
          const right = b[bStart + (transposeB ? column * k + inner : inner * n + column)]!;
          sum = integer ? (sum + Math.imul(left, right)) | 0 : sum + left * right;
        }
        if (kernel.bias) sum = integer ? (sum + bias![column]!) | 0 : sum + bias![column]!;
        c[(index * m + row) * n + column] = activate(sum);
      }
    }
  }
}

function activationFunction(activation: Activation): (x: number) => number {
  switch (activation) {
    case "none":
      return (x) => x;
    case "relu":
    case "tanh":
    case "sigmoid":
      return unaryFunction(activation);
    default:
      return activation satisfies never;
  }
}
