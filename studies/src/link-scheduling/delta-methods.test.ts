import { setDevice } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import type { ConflictGraph } from "./conflict-graph.ts";
import {
  centered,
  type DeltaMethod,
  gaussianScore,
  outputSpsa,
  plackettLuceScore,
  problemOf,
  selectedReward,
  selectedTarget,
} from "./delta-methods.ts";

const sigma = 0.5;

/** Two links in conflict: the schedule is the one whose log u + y is larger, and everything has a closed form. */
const pair: ConflictGraph = {
  size: 2,
  weight: Float64Array.of(3, 2),
  neighbors: [Int32Array.of(1), Int32Array.of(0)],
};
/** R of the first link and of the second. */
const rewards = [1, 2 / 3] as const;
/** The first link leads by √2 σ, one standard deviation of the difference of two noises. */
const y = [Math.SQRT2 * sigma - Math.log(3 / 2), 0] as const;
/** The standard normal distribution and its density at 1. */
const normalAt1 = 0.8413447460685429;
const densityAt1 = 0.24197072451914337;

/** The mean δ of many equal problems, and its standard error. */
function meanDelta(method: DeltaMethod): { readonly mean: number[]; readonly error: number[] } {
  const count = 20_000;
  const problems = new Array(count).fill(problemOf(pair));
  const outputs = Float32Array.from({ length: 2 * count }, (_, i) => y[i % 2]!);
  const delta = method.delta(problems, outputs, generator(11));
  const column = (link: number): number[] =>
    Array.from({ length: count }, (_, problem) => delta[2 * problem + link]!);
  const mean = [0, 1].map((link) => column(link).reduce((sum, one) => sum + one, 0) / count);
  const error = [0, 1].map(
    (link) => Math.sqrt(column(link).reduce((sum, one) => sum + (one - mean[link]!) ** 2, 0)) / count,
  );
  return { mean, error };
}

function expectMean(method: DeltaMethod, expected: readonly number[]): void {
  const { mean, error } = meanDelta(method);
  expected.forEach((value, link) => {
    expect(Math.abs(mean[link]! - value)).toBeLessThan(4 * error[link]! + 1e-6);
    // close enough to tell a wrong factor
    expect(4 * error[link]!).toBeLessThan(0.15 * Math.abs(value));
  });
}

describe("δ for two links in conflict", () => {
  beforeAll(() => setDevice("wasm"));

  it("score: the gradient of the smoothed reward", () => {
    // E R = r₂ + (r₁ − r₂) Φ((l₁ − l₂)/√2σ)
    const slope = ((rewards[0] - rewards[1]) * densityAt1) / (Math.SQRT2 * sigma);
    expectMean(gaussianScore(sigma), [slope, -slope]);
    expectMean(centered(gaussianScore(sigma)), [slope, -slope]);
  });

  it("SPSA: the difference quotient along opposite signs, which are half of all", () => {
    // √2 σ − 2c < 0: each pair of opposite signs finds both rewards
    const step = 0.5;
    const slope = (rewards[0] - rewards[1]) / (2 * step) / 2;
    expectMean(outputSpsa(step), [slope, -slope]);
  });

  it("reward on selected: the covariance of reward and selection", () => {
    const covariance = (rewards[0] - rewards[1]) * normalAt1 * (1 - normalAt1);
    expectMean(selectedReward(sigma), [covariance, -covariance]);
  });

  it("target of selected: how far each is from its target, as often as it is selected", () => {
    const kappa = 10;
    expectMean(selectedTarget(kappa, sigma), [
      normalAt1 * (kappa * (rewards[0] - 1) - y[0]),
      (1 - normalAt1) * (kappa * (rewards[1] - 1) - y[1]),
    ]);
  });

  it("Plackett–Luce: the gradient of the expected reward", () => {
    const temperature = 0.5;
    const p = 1 / (1 + Math.exp(-(Math.SQRT2 * sigma) / temperature));
    const slope = ((rewards[0] - rewards[1]) * p * (1 - p)) / temperature;
    expectMean(plackettLuceScore(temperature), [slope, -slope]);
  });
});

describe("centered", () => {
  it("leaves nothing that moves all outputs of a problem, and nothing else out", () => {
    const given = Float32Array.of(1, 2, 6, -1, 0, 4);
    const method = centered({ name: "given", delta: () => given.slice() });
    const problems = [problemOf(pair), problemOf(pair)];
    expect([...method.delta(problems, new Float32Array(6), generator(0))]).toEqual([-2, -1, 3, -2, -1, 3]);
  });
});
