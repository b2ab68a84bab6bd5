import { compile, GradbridgeError, noGrad, setDevice, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { conv2d } from "./conv2d.ts";
import { gru } from "./gru.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";

await setDevice("reference");

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
    throw error;
  }
  return "no error";
};

const rowsOf = (module: Module, name: string): Float32Array[] => {
  const weight = module.stateDict()[name]!;
  const values = weight.dataSync() as Float32Array;
  const width = weight.size / weight.shape[0]!;
  return Array.from({ length: weight.shape[0]! }, (_, row) => values.slice(row * width, (row + 1) * width));
};
const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((total, value, i) => total + value * b[i]!, 0);

describe("initial parameters", () => {
  const random = () => generator(3);

  it("are orthogonal over each output's window, scaled by the gain, with zero biases, where asked", () => {
    const options = { initialization: "orthogonal", gain: 2, generator: random() } as const;
    for (const [module, name, bias] of [
      [conv2d(3, 5, { kernelSize: 3, ...options }), "weight", "bias"],
      [linear(7, 4, options), "weight", "bias"],
      [gru(20, 3, options), "inputWeight", "inputBias"],
    ] as const) {
      const rows = rowsOf(module, name);
      rows.forEach((row, i) => {
        for (let j = 0; j <= i; j++) expect(dot(row, rows[j]!)).toBeCloseTo(i === j ? 4 : 0, 5);
      });
      expect(
        module
          .stateDict()
          [bias]!.dataSync()
          .every((value) => value === 0),
      ).toBe(true);
    }
  });

  it("are otherwise uniform in ±1/√n, PyTorch's default", () => {
    for (const [module, name, n] of [
      [conv2d(4, 64, { kernelSize: [2, 3], groups: 2, generator: random() }), "weight", 12],
      [linear(50, 40, { generator: random() }), "weight", 50],
      [gru(6, 25, { generator: random() }), "inputWeight", 25],
      [gru(6, 25, { generator: random() }), "hiddenBias", 25],
    ] as const) {
      const values = [...module.stateDict()[name]!.dataSync()];
      const bound = 1 / Math.sqrt(n);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...values)).toBeGreaterThan(0.9 * bound);
      expect(Math.min(...values)).toBeLessThan(-0.9 * bound);
    }
    const norm = layerNorm(3).stateDict();
    expect([norm.weight!.toArray(), norm.bias!.toArray()]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
  });
});

describe("gru", () => {
  it("steps one by one as through a sequence, also compiled on wasm", async () => {
    await setDevice("wasm");
    const layer = gru(2, 3, { generator: generator(4) });
    const rows = [
      [
        [0.1, -0.2],
        [1, 2],
      ],
      [
        [0.5, 0.4],
        [-1, 0],
      ],
    ];
    const states = noGrad(() => layer.forward(tensor(rows)));
    let state = noGrad(() => layer.forward(tensor([rows[0]!]))).reshape([2, 3]);
    expect(state.toArray()).toEqual(states.slice([0], [1]).reshape([2, 3]).toArray());
    state = noGrad(() => layer.step(tensor(rows[1]!), state));
    expect(state.toArray()).toEqual(states.slice([1], [2]).reshape([2, 3]).toArray());
    const compiled = compile(layer.forward);
    expect(noGrad(() => compiled(tensor(rows))).toArray()).toEqual(states.toArray());
    await setDevice("reference");
  });
});

describe("sizes that make no sense", () => {
  it("are refused", () => {
    expect(code(() => linear(0, 1))).toBe("size");
    expect(code(() => conv2d(3, 4, { kernelSize: 0 }))).toBe("size");
    expect(code(() => conv2d(3, 4, { kernelSize: 3, groups: 2 }))).toBe("size");
    expect(code(() => layerNorm(1.5))).toBe("size");
    expect(code(() => gru(2, -1))).toBe("size");
    expect(code(() => gru(2, 2).forward(tensor([[1, 2]])))).toBe("shape");
  });
});
