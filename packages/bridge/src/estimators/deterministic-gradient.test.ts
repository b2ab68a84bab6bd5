import { setDevice, type Tensor, tensor } from "@gradbridge/core";
import { blackBox } from "@gradbridge/envs";
import { mlp } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { train } from "../training/train.ts";
import { type DeterministicGradientOptions, deterministicGradient } from "./deterministic-gradient.ts";
import type { Minibatch } from "./estimator.ts";

await setDevice("reference");

/** Q(s, a) = −(a₀ − s₀)² − 2 (a₁ + s₀)²: its slope is −2 (a₀ − s₀), −4 (a₁ + s₀). */
const critic = (observation: Tensor, action: Tensor): Tensor => {
  const [first, second] = [0, 1].map((i) => action.slice([0, i], [action.shape[0]!, i + 1]).reshape([-1]));
  const s = observation.reshape([-1]);
  return first!.sub(s).square().add(second!.add(s).square().mul(2)).neg();
};
const observation = tensor([[1], [0.5], [0]], { dtype: "float64" });
const action = [
  [2, 1],
  [0, 0],
  [0, 0],
];
const slope = [
  [-2, -8],
  [1, -2],
  [0, 0],
];

function deltaOf(options: Partial<DeterministicGradientOptions> = {}): number[][] {
  const batch = { observation, size: 3 } as unknown as Minibatch;
  const mean = tensor(action, { dtype: "float64" });
  return (
    deterministicGradient({ critic, ...options }).delta(batch, { mean }).mean as Tensor
  ).toArray() as number[][];
}

describe("deterministicGradient", () => {
  it("is the slope of the critic at the policy's own action", () => {
    expect(deltaOf()).toEqual(slope);
  });

  it("is shortened by row, directions kept, or cut off element by element; 0 stays 0", () => {
    const shortened = deltaOf({ clip: 1 });
    slope.forEach((row, i) => {
      const norm = Math.max(1, Math.hypot(...row));
      row.forEach((value, j) => {
        expect(shortened[i]![j]).toBeCloseTo(value / norm, 12);
      });
    });
    expect(deltaOf({ clip: 1.5, clipBy: "element" })).toEqual([
      [-1.5, -1.5],
      [1, -1.5],
      [0, 0],
    ]);
  });

  it("followed from any start ends at the best action of every state", () => {
    let point = action;
    for (let i = 0; i < 100; i++) {
      const batch = { observation, size: 3 } as unknown as Minibatch;
      const delta = deterministicGradient({ critic, clip: 1 }).delta(batch, {
        mean: tensor(point, { dtype: "float64" }),
      }).mean as Tensor;
      point = tensor(point, { dtype: "float64" }).add(delta.mul(0.1)).toArray() as number[][];
    }
    [
      [1, -1],
      [0.5, -0.5],
      [0, 0],
    ].forEach((best, i) => {
      best.forEach((value, j) => {
        expect(point[i]![j]).toBeCloseTo(value, 6);
      });
    });
  });

  it("leaves the gradients of the critic's parameters alone", () => {
    const network = mlp({ inputs: 1, outputs: 1, hidden: [3], generator: generator(1) });
    const q = (_: Tensor, a: Tensor): Tensor => network.forward(a).reshape([-1]);
    const mean = tensor([[0.5], [1]]);
    deterministicGradient({ critic: q }).delta({ observation: mean } as unknown as Minibatch, { mean });
    expect(network.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  it("refuses a critic whose answer has no row for each action, and a policy without the output", () => {
    const total = (_: Tensor, a: Tensor): Tensor => a.sum();
    expect(() => deltaOf({ critic: total })).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: expect.stringContaining("must give Q [3], got []"),
      }),
    );
    expect(() => deltaOf({ output: "height" })).toThrow(/no output "height". Outputs: mean/);
    expect(() => deterministicGradient({ critic, clip: 0 })).toThrow(/clip must be above 0/);
    expect(() => deterministicGradient({ critic, clipBy: "row" as never })).toThrow(/clipBy norm or element/);
  });

  it("trains a policy, as part of a compiled step", async () => {
    const aim = blackBox({
      name: "Aim-v0",
      outputs: 2,
      evaluate: (y, context) => -((y[0]! - context[0]!) ** 2) - (y[1]! + context[0]!) ** 2,
      context: { size: 1, sample: (random) => Float32Array.of(random.uniform(-1, 1)) },
    });
    const result = await train({
      env: aim.entryPoint,
      estimator: deterministicGradient({ critic, clip: 1 }),
      epochs: 1,
      steps: 12_288,
      learningRate: 3e-3,
      hidden: [16],
      evalEpisodes: 50,
      device: "reference",
    });
    expect(result.evaluation!.mean).toBeGreaterThan(-0.02);
  });
});
