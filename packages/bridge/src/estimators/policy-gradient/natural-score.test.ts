import { noGrad, setDevice, type Tensor, tensor, zeros } from "@gradbridge/core";
import {
  bernoulliHead,
  Categorical,
  categoricalHead,
  type Distribution,
  gaussianHead,
  type Head,
  multiCategoricalHead,
  type PolicyOutputs,
  squashedGaussianHead,
} from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { naturalScore } from "./natural-score.ts";

await setDevice("reference");

const heads: readonly Head[] = [
  categoricalHead(4),
  multiCategoricalHead([2, 3]),
  bernoulliHead(3),
  gaussianHead(2),
  squashedGaussianHead(2, { logStd: "network" }),
];
const step = 1e-3;

/** One row of outputs, all in one vector. */
function flat(outputs: PolicyOutputs): number[] {
  return Object.values(outputs).flatMap((output) => [...output.dataSync()]);
}

/** The distribution one row of outputs would have, were they this vector. */
function distributionAt(head: Head, like: PolicyOutputs, vector: readonly number[]): Distribution {
  let at = 0;
  const outputs = Object.entries(like).map(([name, { shape, size }]): [string, Tensor] => {
    const values = vector.slice(at, at + size);
    at += size;
    return [name, tensor(Float64Array.from(values), { shape })];
  });
  return head.create(1).distribution(Object.fromEntries(outputs));
}

/** Fisher information as the curvature of KL(π_y ‖ π_{y + d}) at d = 0, by differences. */
function fisherOf(head: Head, like: PolicyOutputs, at: readonly number[]): number[][] {
  const here = distributionAt(head, like, at);
  const moved = (changes: readonly (readonly [index: number, change: number])[]): number => {
    const vector = [...at];
    for (const [index, change] of changes) vector[index]! += change;
    return here.kl(distributionAt(head, like, vector)).item();
  };
  return at.map((_, i) =>
    at.map(
      (_, j) =>
        (moved([
          [i, step],
          [j, step],
        ]) -
          moved([
            [i, step],
            [j, -step],
          ]) -
          moved([
            [i, -step],
            [j, step],
          ]) +
          moved([
            [i, -step],
            [j, -step],
          ])) /
        (4 * step * step),
    ),
  );
}

describe.each(heads)("naturalScore of a $name policy", (head) => {
  it("times the Fisher information is the score: the curvature of KL by differences, for every kind of action", () => {
    const random = generator(11);
    const instance = head.create(1);
    const shapes = noGrad(() => instance.outputs(zeros([1, head.size]), zeros([1, 1])));
    const like = Object.fromEntries(
      Object.entries(shapes).map(([name, { shape, size }]) => [
        name,
        tensor(
          Float64Array.from({ length: size }, () => 0.6 * random.normal()),
          { shape },
        ),
      ]),
    );
    const at = flat(like);
    const fisher = fisherOf(head, like, at);
    const distribution = distributionAt(head, like, at);
    for (let draw = 0; draw < 6; draw++) {
      const action = distribution.sample(random);
      const natural = flat(naturalScore(distribution, action, 1e-9));
      const score = flat(distribution.score(action));
      const back = fisher.map((row) => row.reduce((total, f, j) => total + f * natural[j]!, 0));
      back.forEach((value, i) => {
        expect(Math.abs(value - score[i]!)).toBeLessThan(1e-4 * Math.max(1, Math.hypot(...natural)));
      });
    }
  });
});

describe("naturalScore", () => {
  const logits = tensor([[0, 1, 2]], { dtype: "float64" });

  it("leaves forbidden actions alone and is centred over the others", () => {
    const masked = new Categorical({ logits }, { mask: tensor([[1, 0, 1]], { dtype: "int32" }) });
    const p = 1 / (1 + Math.exp(-2));
    const [first, second, third] = [
      ...naturalScore(masked, tensor([2], { dtype: "int32" }), 1e-9).logits!.dataSync(),
    ];
    expect(first).toBeCloseTo(-0.5 / p, 12);
    expect(second).toBeCloseTo(0, 12);
    expect(third).toBeCloseTo(0.5 / p, 12);
  });

  it("divides by no less than the floor", () => {
    const rare = new Categorical({ logits: tensor([[0, 50]], { dtype: "float64" }) });
    const score = naturalScore(rare, tensor([0], { dtype: "int32" }), 0.01).logits!.toArray();
    expect(score).toEqual([[50, -50]]);
  });

  it("refuses a distribution it knows nothing about, by name", () => {
    class Dirichlet {}
    expect(() => naturalScore(new Dirichlet() as Distribution, tensor([0]), 0.1)).toThrow(
      expect.objectContaining({ code: "estimator", message: expect.stringContaining("Dirichlet") }),
    );
  });
});
