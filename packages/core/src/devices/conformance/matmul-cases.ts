import type { DType } from "../../tensor/dtype.ts";
import { activations } from "../kernel.ts";
import { type KernelCase, stale, values } from "./kernel-case.ts";

/** [m, n, k]: the narrow ones of reinforcement learning, odd ones, and some past the blocks of a tiled product. */
const sizes: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 64, 64],
  [2, 3, 300],
  [3, 5, 4],
  [4, 8, 16],
  [5, 17, 3],
  [7, 4, 9],
  [8, 1, 70],
  [9, 9, 1],
  [17, 2, 33],
  [33, 18, 64],
  [64, 12, 5],
  [140, 7, 6],
  [9, 530, 5],
  [10, 6, 600],
  [1, 40, 260],
  [3, 37, 300],
  [13, 1, 300],
  [9, 2, 262],
  [12, 3, 300],
  [6, 35, 2],
  [5, 20, 1],
  [3, 4, 0],
  [0, 4, 3],
  [4, 0, 3],
];

/** Every transpose of every size, with and without bias, with every activation, one by one and in batches. */
export function* matmulCases(dtype: DType): Generator<KernelCase> {
  let turn = 0;
  for (const [m, n, k] of sizes) {
    for (const transposeA of [false, true]) {
      for (const transposeB of [false, true]) {
        for (const bias of [false, true]) {
          const activation = activations[turn++ % activations.length]!;
          yield matmulCase(dtype, { m, n, k, transposeA, transposeB, bias, activation, batch: 1 });
        }
      }
    }
  }
  for (const shared of ["A", "B", "none"] as const) {
    for (const [m, n, k] of [
      [3, 5, 4],
      [9, 6, 17],
    ] as const) {
      const strideA = shared === "A" ? 0 : m * k;
      const strideB = shared === "B" ? 0 : k * n;
      for (const transposeB of [false, true]) {
        const options = { m, n, k, transposeA: false, transposeB, bias: true, batch: 3 } as const;
        yield matmulCase(dtype, { ...options, activation: "relu" }, strideA, strideB);
        yield matmulCase(dtype, { ...options, activation: "tanh" }, strideA, strideB);
      }
    }
  }
}

interface MatmulOptions {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly bias: boolean;
  readonly activation: (typeof activations)[number];
}

function matmulCase(
  dtype: DType,
  options: MatmulOptions,
  batchStrideA: number = options.m * options.k,
  batchStrideB: number = options.k * options.n,
): KernelCase {
  const { m, n, k, batch, bias } = options;
  const unscaled = values(dtype, m * k + batchStrideA * (batch - 1), m + k);
  // Sums of about 1, whatever k, so that one tolerance fits all and tanh does not saturate.
  const a = dtype === "int32" ? unscaled : unscaled.map((value) => value / Math.sqrt(Math.max(k, 1)));
  const b = values(dtype, k * n + batchStrideB * (batch - 1), n + 7);
  return {
    kernel: { kind: "matmul", dtype, ...options, batchStrideA, batchStrideB },
    inputs: bias ? [a, b, values(dtype, n, 5)] : [a, b],
    outputs: [stale(dtype, batch * m * n)],
    exact: dtype === "int32",
  };
}
