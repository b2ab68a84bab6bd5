import { beforeAll, describe, expect, it } from "vitest";
import {
  adam,
  adamW,
  clipGradNorm,
  GradbridgeError,
  gradNorm,
  type Optimizer,
  setDevice,
  sgd,
  type Tensor,
  tensor,
} from "../index.ts";

beforeAll(() => setDevice("reference"));

const parameter = (values: number[]): Tensor =>
  tensor(values, { dtype: "float64", requiresGrad: true, device: "reference" });

/** Minimizes ½ Σ i x², whose gradient is i x. */
function steps(optimizer: Optimizer, x: Tensor, count: number): number[] {
  for (let i = 0; i < count; i++) {
    optimizer.zeroGrad();
    x.square()
      .mul(tensor([0.5, 1], { dtype: "float64" }))
      .sum()
      .backward();
    optimizer.step();
  }
  return x.toArray() as number[];
}

describe("sgd", () => {
  it("follows its formula, momentum and Nesterov included", () => {
    const x = parameter([1, 1]);
    // g = [1, 2]; v = g; p = 1 − 0.1 (g + 0.9 v) = 1 − 0.19 g
    expect(steps(sgd([x], { learningRate: 0.1, momentum: 0.9, nesterov: true }), x, 1)).toEqual([
      1 - 0.1 * 1.9,
      1 - 0.1 * 3.8,
    ]);
    const y = parameter([1, 1]);
    // second step: g = [0.9, 1.6], v = 0.9 [1, 2] + g
    expect(steps(sgd([y], { learningRate: 0.1, momentum: 0.9 }), y, 2)[0]).toBeCloseTo(
      0.9 - 0.1 * (0.9 + 0.9),
      14,
    );
  });
});

describe("adam", () => {
  it("moves by the learning rate at first, whatever the gradient's size", () => {
    const x = parameter([1, 1]);
    const after = steps(adam([x], { learningRate: 0.1, epsilon: 1e-12 }), x, 1);
    expect(after[0]).toBeCloseTo(0.9, 10);
    expect(after[1]).toBeCloseTo(0.9, 10);
  });

  it("decays the parameter, not the gradient, as adamW", () => {
    const x = parameter([1, 1]);
    const after = steps(adamW([x], { learningRate: 0.1, weightDecay: 0.5, epsilon: 1e-12 }), x, 1);
    expect(after[0]).toBeCloseTo(1 - 0.05 - 0.1, 10);
  });

  it("continues exactly from a saved state", () => {
    const x = parameter([1, -2]);
    const first = adam([x], { learningRate: 0.1 });
    steps(first, x, 3);
    const y = parameter(x.toArray() as number[]);
    const second = adam([y]);
    second.restore(first.state());
    expect(second.learningRate).toBe(0.1);
    expect(steps(second, y, 3)).toEqual(steps(first, x, 3));
  });

  it("refuses a state of other parameters and stays as it was", () => {
    const x = parameter([1, -2]);
    const optimizer = adam([x]);
    steps(optimizer, x, 1);
    const state = optimizer.state();
    const foreign = { ...state, step: 9, tensors: { ...state.tensors, "v.0": tensor([1]) } };
    expect(() => optimizer.restore(foreign)).toThrow(GradbridgeError);
    expect(optimizer.state().step).toBe(1);
  });

  it.each([
    [{ learningRate: -1 }],
    [{ learningRate: Number.NaN }],
    [{ betas: [1, 0.9] as const }],
    [{ epsilon: 0 }],
  ])("refuses %j", (options) => {
    expect(() => adam([parameter([1])], options)).toThrow(GradbridgeError);
  });
});

describe("clipGradNorm", () => {
  it("scales all gradients together, and only when they are too long", () => {
    const x = parameter([3]);
    const y = parameter([4]);
    x.mul(3).add(y.mul(4)).backward();
    expect(clipGradNorm([x, y], 10).item()).toBe(5);
    expect([x.grad!.item(), y.grad!.item()]).toEqual([3, 4]);
    expect(clipGradNorm([x, y], 1).item()).toBe(5);
    expect(gradNorm([x, y]).item()).toBeCloseTo(1, 5);
    expect(x.grad!.item() / y.grad!.item()).toBeCloseTo(0.75, 12);
  });
});
