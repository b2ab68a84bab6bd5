import { setDevice, type Tensor, tensor } from "@gradbridge/core";
import { blackBox } from "@gradbridge/envs";
import { categorical, exponential, gaussian, poisson } from "@gradbridge/policy";
import { describe, expect, it } from "vitest";
import { train } from "../training/train.ts";
import type { Minibatch } from "./estimator.ts";
import { supervised } from "./supervised.ts";

await setDevice("reference");

const double = (data: number[][]): Tensor => tensor(data, { dtype: "float64" });
const batchOf = (action: Tensor): Minibatch => ({ action }) as unknown as Minibatch;

describe("supervised", () => {
  it("is q − p on average over labels drawn from q: the gradient of the expected log-likelihood", () => {
    const logits = double([[0.2, -0.4, 1]]);
    const weights = [0.2, -0.4, 1].map(Math.exp);
    const p = weights.map((weight) => weight / (weights[0]! + weights[1]! + weights[2]!));
    const q = [0.5, 0.2, 0.3];
    const total = [0, 0, 0];
    q.forEach((probability, label) => {
      const action = tensor([label], { dtype: "int32" });
      const delta = supervised(categorical(3)).delta(batchOf(action), { logits, value: double([[9]]) });
      (delta.logits as Tensor).dataSync().forEach((value, i) => {
        total[i]! += probability * value;
      });
    });
    total.forEach((value, i) => {
      expect(value).toBeCloseTo(q[i]! - p[i]!, 12);
    });
  });

  it("carries δ through the link where η must be negative", () => {
    // η = −softplus(z), ŷ = −1/η, δ = (y − ŷ) · −σ(z)
    const z = 0.7;
    const mean = 1 / Math.log1p(Math.exp(z));
    const { rate } = supervised(exponential(), { output: "rate" }).delta(batchOf(double([[2]])), {
      mean: double([[1]]),
      rate: double([[z]]),
    });
    expect((rate as Tensor).item()).toBeCloseTo((2 - mean) * (-1 / (1 + Math.exp(-z))), 12);
  });

  it("learns what labels say, in the output that is named", () => {
    const estimator = supervised(poisson(), { output: "count", labels: () => double([[3], [5]]) });
    const { count } = estimator.delta({} as Minibatch, { count: double([[0], [0]]) });
    expect((count as Tensor).toArray()).toEqual([[2], [4]]);
  });

  it("refuses an output that does not exist, and labels that do not fit", () => {
    const outputs = { mean: double([[1]]) };
    expect(() => supervised(poisson(), { output: "count" }).delta(batchOf(double([[1]])), outputs)).toThrow(
      expect.objectContaining({
        code: "estimator",
        message: 'supervised(poisson): the policy has no output "count". Outputs: mean.',
      }),
    );
    expect(() => supervised(poisson()).delta(batchOf(double([[1, 2]])), outputs)).toThrow(
      expect.objectContaining({ code: "shape" }),
    );
  });

  it("trains a policy to imitate labels made from what it sees, whatever the rewards", async () => {
    const labels = ({ observation }: Minibatch): Tensor => observation.mul(-0.5).add(0.25);
    const indifferent = blackBox({
      name: "Indifferent-v0",
      outputs: 1,
      evaluate: () => 0,
      context: { size: 1, sample: (random) => Float32Array.of(random.uniform(-1, 1)) },
    });
    const { policy } = await train({
      env: indifferent.entryPoint,
      estimator: supervised(gaussian(), { labels }),
      epochs: 1,
      steps: 12_288,
      learningRate: 3e-3,
      hidden: [16],
      evalEpisodes: 0,
      device: "reference",
    });
    const { mean } = policy.forward(tensor([[-0.8], [0], [0.8]]));
    [0.65, 0.25, -0.15].forEach((expected, i) => {
      expect(mean!.dataSync()[i]).toBeCloseTo(expected, 1);
    });
  });
});
