/** Sizes at which this device changes its ways: tiles, chunks of k, stages of reductions, windows into large buffers. */
import { expect, test, vi } from "vitest";
import { describeWebGpu } from "../../fixtures/describe-webgpu.ts";
import { checkCases } from "../conformance/check-backend.ts";
import { indices, type KernelCase, stale, values } from "../conformance/kernel-case.ts";
import type { Kernel, KernelOf } from "../kernel.ts";

vi.setConfig({ testTimeout: 300_000 }); // a busy machine compiles a shader of tiles in ten seconds

function matmul(
  size: readonly [batch: number, m: number, n: number, k: number],
  options: Partial<KernelOf<"matmul">> = {},
): KernelCase {
  const [batch, m, n, k] = size;
  const kernel: Kernel = {
    kind: "matmul",
    dtype: "float32",
    batch,
    m,
    n,
    k,
    transposeA: false,
    transposeB: false,
    batchStrideA: m * k,
    batchStrideB: k * n,
    bias: false,
    activation: "none",
    ...options,
  };
  const a = values("float32", batch * m * k, m).map((value) => value / Math.sqrt(k));
  const b = values("float32", kernel.batchStrideB === 0 ? k * n : batch * k * n, n);
  return {
    kernel,
    inputs: kernel.bias ? [a, b, values("float32", n, 5)] : [a, b],
    outputs: [stale("float32", batch * m * n)],
    exact: false,
  };
}

/** Thousands of float32 terms. */
const longSums = { tolerance: 5e-5 };

// a shader of tiles takes SwiftShader a second to compile: each transpose once
const bothTransposed = { transposeA: true, transposeB: true };
const transposes = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);

function reduce(op: KernelOf<"reduce">["op"], outer: number, axis: number, inner: number): KernelCase {
  const arg = op === "argmax" || op === "argmin";
  const x = values("float32", outer * axis * inner, 11);
  return {
    kernel: { kind: "reduce", op, dtype: "float32", outer, axis, inner },
    inputs: [op === "prod" ? x.map((value) => 1 + value / 5000) : x],
    outputs: [stale(arg ? "int32" : "float32", outer * inner)],
    exact: op !== "sum" && op !== "prod",
  };
}

describeWebGpu(
  "webgpu with products cut as for a large GPU",
  (backend) => {
    test.each<[string, KernelCase[]]>([
      ["tiles of 32", [matmul([3, 33, 40, 70])]],
      [
        "k in chunks, in tiles and narrow",
        transposes.flatMap((transpose) => [
          matmul([2, 40, 30, 1100], { ...transpose, bias: true, activation: "tanh" }),
          matmul([1, 64, 4, 2049], { ...transpose, bias: true }),
          matmul([1, 3, 5, 700], transpose),
        ]),
      ],
    ])("matmul: %s", async (_, cases) => {
      expect((await checkCases(backend(), cases, longSums)).failed).toEqual([]);
    });
  },
  { workgroups: 512 },
);

describeWebGpu(
  "webgpu with products cut as for a small GPU",
  (backend) => {
    test.each<[string, KernelCase[]]>([
      ["tiles of 128", [matmul([2, 130, 100, 9]), matmul([1, 97, 140, 17], bothTransposed)]],
      [
        "tiles of 64",
        [matmul([3, 65, 50, 20], { transposeA: true }), matmul([1, 50, 70, 33], { transposeB: true })],
      ],
      [
        "tiles of 128 in vectors",
        [matmul([2, 130, 100, 20]), matmul([1, 100, 132, 17], { transposeA: true })],
      ],
      [
        "tiles of 64 in vectors",
        [matmul([3, 65, 52, 40], { transposeB: true }), matmul([1, 52, 72, 36], bothTransposed)],
      ],
      ["bias and activation", [matmul([2, 70, 90, 40], { bias: true, activation: "tanh", batchStrideB: 0 })]],
    ])("matmul: %s", async (_, cases) => {
      expect((await checkCases(backend(), cases)).failed).toEqual([]);
    });
  },
  { workgroups: 1 },
);

describeWebGpu("webgpu", (backend) => {
  test("reductions in stages", async () => {
    const ops = ["sum", "prod", "max", "min", "argmax", "argmin"] as const;
    const cases = ops.flatMap((op) => [
      reduce(op, 2, 40000, 1),
      reduce(op, 1, 9000, 3),
      reduce(op, 300, 65, 1),
      reduce(op, 3, 129, 2),
    ]);
    // ties and NaN on both sides of a cut
    for (const op of ["argmax", "argmin"] as const) {
      const tied = reduce(op, 1, 40000, 1);
      tied.inputs[0].fill(7, 100, 39000);
      const broken = reduce(op, 1, 9000, 3);
      for (const at of [20000, 5003, 5002, 26000]) broken.inputs[0][at] = Number.NaN;
      cases.push(tied, { ...broken, exact: true });
    }
    expect((await checkCases(backend(), cases, longSums)).failed).toEqual([]);
  });

  test("long lines: cumsum and softmax", async () => {
    const cases: KernelCase[] = [];
    for (const [outer, axis, inner] of [
      [2, 1000, 1],
      [1, 600, 3],
    ] as const) {
      const x = values("float32", outer * axis * inner, 4);
      const size = { dtype: "float32", outer, axis, inner } as const;
      for (const reverse of [false, true]) {
        const kernel = { kind: "cumsum", ...size, reverse } as const;
        cases.push({ kernel, inputs: [x], outputs: [stale("float32", x.length)], exact: false });
      }
      for (const op of ["softmax", "logSoftmax", "logsumexp"] as const) {
        const length = op === "logsumexp" ? outer * inner : x.length;
        const kernel = { kind: "softmax", op, ...size } as const;
        cases.push({ kernel, inputs: [x], outputs: [stale("float32", length)], exact: false });
      }
    }
    expect((await checkCases(backend(), cases)).failed).toEqual([]);
  });

  test("more workgroups than one dimension holds", async () => {
    const length = 65536 * 256 + 100;
    const x = backend().allocate("int32", 4);
    backend().write(x, Int32Array.of(5, 6, 7, 8));
    const y = backend().allocate("int32", length);
    const shape = [length / 4, 4];
    const from = { inputOffset: 0, inputStrides: [0, 1], outputOffset: 0, outputStrides: [4, 1] };
    backend().run({ kind: "copy", dtype: "int32", shape, ...from }, [x], [y]);
    const copied = await backend().read(y);
    expect(copied.every((value, i) => value === 5 + (i % 4))).toBe(true);
  });

  test("gather and scatterAdd over many rows", async () => {
    const [axis, inner, count] = [500, 5, 700];
    const size = { mode: "slices", dtype: "float32", outer: 1, axis, inner, count } as const;
    const index = indices(count, axis, 3);
    const cases: KernelCase[] = [
      {
        kernel: { kind: "gather", ...size },
        inputs: [values("float32", axis * inner, 1), index],
        outputs: [stale("float32", count * inner)],
        exact: true,
      },
      {
        kernel: { kind: "scatterAdd", ...size },
        inputs: [values("float32", count * inner, 2), index],
        outputs: [stale("float32", axis * inner)],
        exact: false,
      },
    ];
    expect((await checkCases(backend(), cases)).failed).toEqual([]);
  });
});

describeWebGpu(
  "webgpu where a shader sees 1,024 bytes of a buffer",
  (backend) => {
    test("kernels over runs work window by window", async () => {
      const length = 3001;
      const x = values("float32", length, 1);
      const y = values("float32", length, 2);
      const flat = { shape: [length], dtype: "float32" } as const;
      const cases: KernelCase[] = [
        { kernel: { kind: "unary", op: "tanh", dtype: "float32", length }, inputs: [x] },
        { kernel: { kind: "binary", op: "mul", strides: [[1], [1]], ...flat }, inputs: [x, y] },
        {
          kernel: {
            kind: "binary",
            op: "sub",
            strides: [[1]],
            ...flat,
            scalar: { side: "left", value: 2 },
          },
          inputs: [y],
        },
        {
          kernel: { kind: "where", strides: [[1], [1], [1]], ...flat },
          inputs: [indices(length, 2, 1), x, y],
        },
        { kernel: { kind: "fill", dtype: "float32", length, value: 3 }, inputs: [] },
      ].map((one) => ({ ...one, outputs: [stale("float32", length)], exact: false }) as KernelCase);
      const state = [y, values("float32", length, 3), x.map((value) => value * value)];
      const adam = { learningRate: 0.1, beta1: 0.9, beta2: 0.99, epsilon: 1e-5, weightDecay: 0 } as const;
      const steps = { biasCorrection1: 0.1, biasCorrection2: 0.01, decoupled: false } as const;
      cases.push({
        kernel: { kind: "adam", dtype: "float32", length, ...adam, ...steps },
        inputs: [x],
        outputs: state,
        exact: false,
      });
      expect((await checkCases(backend(), cases)).failed).toEqual([]);
    });

    test("a kernel that cannot be split says so", async () => {
      const x = backend().allocate("float32", 600);
      const y = backend().allocate("float32", 1);
      const kernel: Kernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 600, inner: 1 };
      expect(() => backend().run(kernel, [x], [y])).toThrow(
        /sees at most 1024 bytes of a buffer, and this one has 2400/,
      );
    });
  },
  { bindingBytes: 1024 },
);
