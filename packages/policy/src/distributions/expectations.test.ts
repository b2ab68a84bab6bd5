import { broadcastTo, mul, noGrad, setDevice, sum, type Tensor, tensor } from "@gradbridge/core";
import { describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";
import type { Distribution } from "./distribution.ts";
import { MultiCategorical } from "./multi-categorical.ts";
import { SquashedGaussian } from "./squashed-gaussian.ts";

await setDevice("reference");

const float64 = (data: number[][]): Tensor => tensor(data, { dtype: "float64" });

/** Every action that one row can take, one per row, and the weight of each: 1, or the width of its cell. */
interface Actions {
  readonly rows: Tensor;
  readonly weights: number[];
}

interface Case {
  readonly name: string;
  /** The same distribution in `rows` rows. */
  readonly make: (rows: number) => Distribution;
  readonly other: (rows: number) => Distribution;
  readonly actions: Actions;
  /** How exact the closed forms are; the sums are exact to rounding. */
  readonly tolerance: number;
}

const repeated = (row: number[], rows: number): Tensor => broadcastTo(float64([row]), [rows, row.length]);
const listed = (actions: number[] | number[][]): Actions => ({
  rows: tensor(actions, { dtype: "int32" }),
  weights: actions.map(() => 1),
});

const pairs = [0, 1].flatMap((a) => [0, 1, 2].map((b) => [a, b]));
const bits = pairs.flatMap(([a, b]) => (b === 2 ? [] : [0, 1].map((c) => [a!, b!, c])));

// The trapezoidal rule on a line converges geometrically for what vanishes at both ends.
const line = Array.from({ length: 24_001 }, (_, i) => -60 + i * 0.005);
const onLine: Actions = { rows: float64(line.map((u) => [u])), weights: line.map(() => 0.005) };
/** Cells of tanh(u): du (1 − tanh²u). */
const squashedLine: Actions = {
  rows: onLine.rows,
  weights: line.map((u) => 0.005 / Math.cosh(u) ** 2),
};

const gaussian =
  (Kind: typeof DiagonalGaussian | typeof SquashedGaussian, mean: number, logStd: number) => (rows: number) =>
    new Kind({ mean: repeated([mean], rows), logStd: repeated([logStd], rows) });

const cases: Case[] = [
  {
    name: "Categorical",
    make: (rows) => new Categorical({ logits: repeated([0.3, -2, 1, -1e4], rows) }),
    other: (rows) => new Categorical({ logits: repeated([1, 0, -3, 2], rows) }),
    actions: listed([0, 1, 2, 3]),
    tolerance: 1e-12,
  },
  {
    name: "MultiCategorical",
    make: (rows) => new MultiCategorical({ logits: repeated([0.3, -2, 1, 0, -1], rows) }, [2, 3]),
    other: (rows) => new MultiCategorical({ logits: repeated([1, 0, -3, 2, 0], rows) }, [2, 3]),
    actions: listed(pairs),
    tolerance: 1e-12,
  },
  {
    name: "Bernoulli",
    make: (rows) => new Bernoulli({ logits: repeated([0.3, -2, 40], rows) }),
    other: (rows) => new Bernoulli({ logits: repeated([1, 0, 37], rows) }),
    actions: listed(bits),
    tolerance: 1e-12,
  },
  {
    name: "DiagonalGaussian",
    make: gaussian(DiagonalGaussian, 0.7, -0.5),
    other: gaussian(DiagonalGaussian, -0.2, 0.4),
    actions: onLine,
    tolerance: 1e-10,
  },
  ...[
    [0.7, -3, 1e-10],
    [-0.4, 0, 1e-10],
    [0.5, Math.log(2), 3e-9],
    [2, Math.log(4), 3e-5],
    [-1, Math.log(7), 2e-3],
  ].map(([mean, logStd, tolerance]) => ({
    name: `SquashedGaussian, mean ${mean}, log σ ${logStd!.toFixed(2)}`,
    make: gaussian(SquashedGaussian, mean!, logStd!),
    other: gaussian(SquashedGaussian, 0.3, logStd! + 0.2),
    actions: squashedLine,
    tolerance: tolerance!,
  })),
];

describe.each(cases)("$name, summed over its actions", ({ make, other, actions, tolerance }) => {
  const { p, logP, logQ } = noGrad(() => {
    const rows = actions.weights.length;
    const values = [...make(rows).logProb(actions.rows).dataSync()];
    return {
      p: values.map((value, i) => Math.exp(value) * actions.weights[i]!),
      logP: values,
      logQ: [...other(rows).logProb(actions.rows).dataSync()],
    };
  });
  const mean = (f: (i: number) => number) =>
    p.reduce((total, weight, i) => (weight === 0 ? total : total + weight * f(i)), 0);

  it("has probabilities that add up to 1", () => {
    expect(Math.abs(mean(() => 1) - 1)).toBeLessThan(1e-10);
  });

  it("has the entropy −E log p", () => {
    expect(Math.abs(make(1).entropy().item() + mean((i) => logP[i]!))).toBeLessThan(tolerance);
  });

  it("has the divergence E[log p − log q]", () => {
    const expected = mean((i) => logP[i]! - logQ[i]!);
    expect(Math.abs(make(1).kl(other(1)).item() - expected)).toBeLessThan(1e-10 * Math.max(1, expected));
  });

  it("has a score whose mean is 0", () => {
    const rows = actions.weights.length;
    const weight = tensor(p, { shape: [rows, 1], dtype: "float64" });
    for (const score of Object.values(make(rows).score(actions.rows))) {
      for (const total of sum(mul(score, weight), 0).dataSync()) expect(Math.abs(total)).toBeLessThan(1e-9);
    }
  });
});
