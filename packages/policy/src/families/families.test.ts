import {
  affine,
  compile,
  exp,
  type GradbridgeError,
  grad,
  mul,
  noGrad,
  setDevice,
  sgd,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { bernoulli } from "./bernoulli.ts";
import { categorical } from "./categorical.ts";
import { exponential } from "./exponential.ts";
import type { Family } from "./family.ts";
import { gamma } from "./gamma.ts";
import { gaussian } from "./gaussian.ts";
import { geometric } from "./geometric.ts";
import { inverseGaussian } from "./inverse-gaussian.ts";
import { negativeBinomial } from "./negative-binomial.ts";
import { poisson } from "./poisson.ts";

beforeAll(() => setDevice("reference"));

const float64 = (data: number[] | number[][], requiresGrad = false): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad });

/** Natural parameters from the ordinary to the extreme, and labels that may occur there. */
interface Case {
  readonly family: Family;
  readonly eta: number[];
  readonly y: number[];
}

const real = [-1e6, -80, -1.5, -1e-9, 0, 0.3, 2, 80, 1e6];
const logits = [-1e4, 1e4, -700, -80, -30, -1, -1e-12, 0, 0.5, 30, 80, 700];
const negative = [-1e6, -700, -30, -1.5, -Math.LN2, -0.1, -1e-6, -1e-12];
const counts = [0, 1, 0, 2, 3, 17, 1000, 1e6];
const positive = [1e-6, 1e-3, 0.01, 0.5, 1, 7, 1e5, 1e9];

const cases: Case[] = [
  { family: gaussian(), eta: real, y: [1, -3, 0, 0.5, -0.5, 2, 1e6, -1e6, 1e6] },
  { family: bernoulli(), eta: logits, y: [0, 1, 0, 1, 1, 0, 1, 0, 0.25, 1, 0, 1] },
  {
    family: poisson(),
    eta: [-700, -80, -3, -1e-9, 0, 0.5, 2, 20, 80],
    y: [0, 1, 2, 0, 1, 3, 7, 500_000_000, 5],
  },
  { family: exponential(), eta: negative, y: positive },
  { family: gamma(0.3), eta: negative, y: positive },
  { family: gamma(7.5), eta: negative, y: positive },
  { family: geometric(), eta: negative, y: counts },
  { family: negativeBinomial(0.4), eta: negative, y: counts },
  { family: negativeBinomial(12), eta: negative, y: counts },
  { family: inverseGaussian(0.2), eta: negative, y: positive },
  { family: inverseGaussian(5), eta: negative, y: positive },
];

/** Within 1e-10, relative to values above 1. */
function expectClose(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  const e = expected.dataSync();
  actual.dataSync().forEach((value, i) => {
    expect(Math.abs(value - e[i]!), `element ${i}: ${value}, expected ${e[i]}`).toBeLessThanOrEqual(
      1e-10 * Math.max(1, Math.abs(e[i]!)),
    );
  });
}

describe.each(cases)("$family.name", ({ family, eta, y }) => {
  it("has the seed that autograd gives for the negative log-likelihood", () => {
    const leaf = float64(eta, true);
    const [expected] = grad(sum(family.negativeLogLikelihood(leaf, float64(y))), leaf);
    expectClose(family.seed(float64(eta), float64(y)), expected!);
  });

  it("has the mean that autograd gives for the log-partition", () => {
    const leaf = float64(eta, true);
    expectClose(family.inverseLink(float64(eta)), grad(sum(family.logPartition(leaf)), leaf)[0]!);
  });

  it("has the Fisher information that autograd gives as the second derivative", () => {
    const leaf = float64(eta, true);
    const [first] = grad(sum(family.logPartition(leaf)), leaf, { createGraph: true });
    expectClose(family.fisher(float64(eta)), grad(sum(first!), leaf, { materialize: true })[0]!);
  });

  it("carries the seed on to the output of a network", () => {
    const z = [-30, -2, 0, 0.4, 5, 30];
    const labels = float64(z.map((_, i) => y[i % y.length]!));
    const loss = float64(z, true);
    sum(family.negativeLogLikelihood(family.naturalParameter(loss), labels)).backward();
    const seeded = float64(z, true);
    const natural = family.naturalParameter(seeded);
    natural.backward(family.seed(natural, labels));
    expectClose(seeded.grad!, loss.grad!);
  });

  it("takes integer labels and float32", () => {
    const labels = tensor([0, 1, 1], { dtype: "int32" });
    const at = tensor([-0.5, -1, -2]);
    const seed = family.seed(at, labels);
    expect(seed.dtype).toBe("float32");
    const exact = family.seed(float64([-0.5, -1, -2]), float64([0, 1, 1])).dataSync();
    seed.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(exact[i]!, 5);
    });
  });

  it("refuses labels of another shape", () => {
    expect(() => family.seed(float64([[-1], [-1]]), float64([1, 1]))).toThrow(/labels do not broadcast/);
  });
});

/** Σ or ∫ of q(y) f(y), from the negative log-likelihood. `points` carry their weights (1, or dy). */
function expectation(
  family: Family,
  eta: number,
  points: number[],
  weights: number[],
  f: (y: number) => number,
) {
  const at = float64(points.map(() => eta));
  const q = [...noGrad(() => exp(family.negativeLogLikelihood(at, float64(points)).neg())).dataSync()];
  return q.reduce((total, value, i) => total + value * weights[i]! * f(points[i]!), 0);
}

const integers = Array.from({ length: 3000 }, (_, i) => i);
const ones = integers.map(() => 1);
// y = exp(t): the integrands vanish at both ends, where the trapezoidal rule converges geometrically
const grid = Array.from({ length: 8000 }, (_, i) => -60 + i * 0.01);
const logGrid = { points: grid.map(Math.exp), weights: grid.map((t) => Math.exp(t) * 0.01) };
const line = { points: grid.map((t) => t + 20), weights: grid.map(() => 0.01) };

describe.each([
  { family: gaussian(), etas: [-2, 0, 1.5], points: line.points, weights: line.weights },
  { family: bernoulli(), etas: [-3, 0, 1.5], points: [0, 1], weights: [1, 1] },
  { family: poisson(), etas: [-3, 0, 5], points: integers, weights: ones },
  { family: geometric(), etas: [-3, -0.5, -0.05], points: integers, weights: ones },
  { family: negativeBinomial(0.4), etas: [-3, -0.5, -0.05], points: integers, weights: ones },
  { family: negativeBinomial(12), etas: [-3, -0.5, -0.05], points: integers, weights: ones },
  { family: exponential(), etas: [-3, -0.5, -0.05], points: logGrid.points, weights: logGrid.weights },
  { family: gamma(2.5), etas: [-3, -0.5, -0.05], points: logGrid.points, weights: logGrid.weights },
  { family: inverseGaussian(3), etas: [-3, -0.5, -0.05], points: logGrid.points, weights: logGrid.weights },
])("$family.name as a distribution", ({ family, etas, points, weights }) => {
  it.each(etas)("sums to 1 and has the mean ŷ and the variance fisher at η = %d", (eta) => {
    const mean = family.inverseLink(float64([eta])).item();
    const variance = family.fisher(float64([eta])).item();
    const over = (f: (y: number) => number) => expectation(family, eta, points, weights, f);
    expect(over(() => 1)).toBeCloseTo(1, 9);
    expect(Math.abs(over((y) => y) - mean)).toBeLessThan(1e-9 * Math.max(1, mean));
    expect(over((y) => (y - mean) ** 2) / variance).toBeCloseTo(1, 8);
  });
});

describe("the log-partition", () => {
  it.each([
    [gaussian(), 2, 2],
    [bernoulli(), 0, Math.LN2],
    [poisson(), Math.log(3), 3],
    [exponential(), -2, -Math.LN2],
    [gamma(3), -2, -3 * Math.LN2],
    [geometric(), -Math.LN2, Math.LN2],
    [negativeBinomial(4), -Math.LN2, 4 * Math.LN2],
    [inverseGaussian(8), -1, -4],
  ])("of $name at %d is %d", (family, eta, expected) => {
    expect(family.logPartition(float64([eta])).item()).toBeCloseTo(expected, 14);
  });

  it("of categorical logits is the log of their sum of exponentials", () => {
    const eta = float64([[0, Math.log(2), Math.log(5)]]);
    expect(categorical(3).logPartition(eta).item()).toBeCloseTo(Math.log(8), 14);
  });
});

describe("categorical", () => {
  const family = categorical(3);
  const rows = [
    [0.3, -1.2, 2],
    [80, -80, 0],
    [700, 0, -700],
    [0, 0, 0],
    [-1e6, 1e6, 3],
  ];

  it("has the seed, mean and Fisher information that autograd gives", () => {
    const classes = tensor([2, 1, 0, 1, 0], { dtype: "int32" });
    const leaf = float64(rows, true);
    const [seed] = grad(sum(family.negativeLogLikelihood(leaf, classes)), leaf);
    expectClose(family.seed(float64(rows), classes), seed!);
    const [mean] = grad(sum(family.logPartition(leaf)), leaf, { createGraph: true });
    expectClose(family.inverseLink(float64(rows)), mean!);
    const fisher = family.fisher(float64(rows));
    expect(fisher.shape).toEqual([5, 3, 3]);
    for (let j = 0; j < 3; j++) {
      const [column] = grad(sum(mean!.slice([0, j], [5, j + 1])), leaf, { retainGraph: true });
      expectClose(fisher.slice([0, 0, j], [5, 3, j + 1]).reshape([5, 3]), column!);
    }
  });

  it("has the mean and the covariance of the one-hot statistic, summed over the classes", () => {
    const eta = float64([[0.3, -1.2, 2]]);
    const all = float64([
      [0.3, -1.2, 2],
      [0.3, -1.2, 2],
      [0.3, -1.2, 2],
    ]);
    const classes = tensor([0, 1, 2], { dtype: "int32" });
    const q = [...noGrad(() => exp(family.negativeLogLikelihood(all, classes).neg())).dataSync()];
    const statistic = family.sufficientStatistic(classes).toArray() as number[][];
    const mean = [0, 1, 2].map((i) => q.reduce((total, p, y) => total + p * statistic[y]![i]!, 0));
    const covariance = [0, 1, 2].flatMap((i) =>
      [0, 1, 2].map((j) =>
        q.reduce(
          (total, p, y) => total + p * (statistic[y]![i]! - mean[i]!) * (statistic[y]![j]! - mean[j]!),
          0,
        ),
      ),
    );
    expect(q.reduce((total, p) => total + p, 0)).toBeCloseTo(1, 14);
    expectClose(family.inverseLink(eta), float64([mean]));
    expectClose(family.fisher(eta).reshape([1, 9]), float64([covariance]));
  });

  it("takes one-hot and soft rows", () => {
    const hot = float64([[0, 0, 1]]);
    const eta = float64([[0.3, -1.2, 2]]);
    const index = tensor([2], { dtype: "int32" });
    expect(family.seed(eta, hot).toArray()).toEqual(family.seed(eta, index).toArray());
    expect(family.sufficientStatistic(index).toArray()).toEqual([[0, 0, 1]]);
    const leaf = float64([[0.3, -1.2, 2]], true);
    const soft = float64([[0.2, 0.5, 0.3]]);
    const [expected] = grad(sum(family.negativeLogLikelihood(leaf, soft)), leaf);
    expectClose(family.seed(eta, soft), expected!);
  });

  it("has −log p of the class as its negative log-likelihood", () => {
    const eta = float64([[0, Math.log(2), Math.log(5)]]);
    const nll = family.negativeLogLikelihood(eta, tensor([1], { dtype: "int32" }));
    expect(nll.shape).toEqual([1]);
    expect(nll.item()).toBeCloseTo(Math.log(4), 14);
  });

  it("refuses what does not fit", () => {
    const code = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return (error as GradbridgeError).code;
      }
      return "no error";
    };
    expect(code(() => categorical(1))).toBe("option");
    expect(code(() => family.inverseLink(float64([1, 2])))).toBe("shape");
    expect(code(() => family.seed(float64(rows), float64([0, 1, 2, 1, 0])))).toBe("shape");
    expect(code(() => family.seed(float64([[1, 2, 3]]), tensor([3], { dtype: "int32" })))).toBe("index");
    for (const make of [gamma, negativeBinomial, inverseGaussian]) {
      for (const value of [0, -1, Number.NaN, Infinity]) expect(code(() => make(value))).toBe("option");
    }
  });
});

describe("outside the domain", () => {
  it.each([exponential(), gamma(2), geometric(), negativeBinomial(2), inverseGaussian(2)])(
    "$name gives NaN, and backward refuses the seed",
    (family) => {
      const eta = float64([-1, 0.5], true);
      const seed = noGrad(() => family.seed(eta, float64([1, 1])));
      expect(Number.isNaN(seed.dataSync()[1])).toBe(true);
      expect(Number.isNaN(family.logPartition(eta).dataSync()[1])).toBe(true);
      expect(() => eta.mul(1).backward(seed)).toThrow(/NaN or infinity/);
      expect(eta.grad).toBeNull();
    },
  );
});

describe("inside compile, on wasm", () => {
  const families = [...new Set(cases.map(({ family }) => family)), categorical(3)];

  it.each(families)("$name trains from its seed as it does outside", async (family) => {
    await setDevice("wasm");
    const k = family.name.startsWith("categorical") ? 3 : 1;
    const train = (wrap: (step: (x: Tensor, y: Tensor) => Tensor) => typeof step): number[] => {
      const weight = tensor(
        Array.from({ length: k }, (_, i) => [0.1 * i - 0.2]),
        { requiresGrad: true },
      );
      const optimizer = sgd([weight], { learningRate: 0.01 });
      const step = wrap((x, y) => {
        optimizer.zeroGrad();
        const eta = family.naturalParameter(affine(x, weight, null));
        eta.backward(noGrad(() => mul(family.seed(eta, y), 1 / 3)));
        optimizer.step();
        return noGrad(() => family.negativeLogLikelihood(eta, y).mean());
      });
      return [1, 2, 3, 4].map((scale) => {
        const x = tensor([[0.5 * scale], [1], [-0.3]]);
        const y = k === 3 ? tensor([0, 2, 1], { dtype: "int32" }) : tensor([[1], [0.5], [1]]);
        return step(x, y).item();
      });
    };
    const outside = train((step) => step);
    expect(train((step) => compile(step))).toEqual(outside);
    expect(new Set(outside).size).toBe(4);
    await setDevice("reference");
  });
});
