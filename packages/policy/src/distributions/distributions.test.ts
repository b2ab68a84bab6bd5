import {
  compile,
  GradbridgeError,
  grad,
  noGrad,
  setDevice,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";
import type { Distribution } from "./distribution.ts";
import { MultiCategorical } from "./multi-categorical.ts";
import { SquashedGaussian } from "./squashed-gaussian.ts";

beforeAll(() => setDevice("reference"));

const leaf = (data: number[][]): Tensor => tensor(data, { dtype: "float64", requiresGrad: true });
const integers = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32" });
const constant = (data: number[][]): Tensor => tensor(data, { dtype: "float64" });

interface Case {
  readonly name: string;
  readonly make: (parameters: Record<string, Tensor>) => Distribution;
  readonly parameters: () => Record<string, Tensor>;
  readonly other: () => Record<string, Tensor>;
  readonly action: () => Tensor;
  /** Rows with only one possible action, where nothing can differ. */
  readonly certain?: readonly number[];
}

const gaussian = {
  parameters: () => ({
    mean: leaf([
      [0.5, -2],
      [1, 3],
    ]),
    logStd: leaf([
      [0.2, -3],
      [1, 0],
    ]),
  }),
  other: () => ({
    mean: leaf([
      [0, -1],
      [2, 2],
    ]),
    logStd: leaf([
      [0, -1],
      [0.5, 0.1],
    ]),
  }),
  action: () =>
    constant([
      [0.7, -2.1],
      [-1, 3],
    ]),
};

const mask = (data: number[][]): Tensor => tensor(data, { dtype: "int32", device: "reference" });

const masks = {
  three: mask([
    [1, 0, 1],
    [0, 1, 1],
    [0, 0, 1],
  ]),
  twoAndThree: mask([[0, 1, 1, 0, 1]]),
};

const cases: Case[] = [
  {
    name: "Categorical",
    make: (p) => new Categorical({ logits: p.logits! }),
    parameters: () => ({
      logits: leaf([
        [0.3, -1.2, 2],
        [80, -80, 0],
        [0, 0, 0],
      ]),
    }),
    other: () => ({
      logits: leaf([
        [0.1, 1, -1],
        [1, 2, 3],
        [0, 5, 0],
      ]),
    }),
    action: () => tensor([2, 0, 1], { dtype: "int32" }),
  },
  {
    name: "Categorical with a mask",
    make: (p) => new Categorical({ logits: p.logits! }, { mask: masks.three }),
    parameters: () => ({
      logits: leaf([
        [0.3, 1e4, 2],
        [1e4, -0.5, 0.4],
        [3, 2, 1],
      ]),
    }),
    other: () => ({
      logits: leaf([
        [0.1, 1, -1],
        [1, 2, 3],
        [0, 5, 0],
      ]),
    }),
    action: () => integers([2, 1, 2]),
    certain: [2],
  },
  {
    name: "MultiCategorical",
    make: (p) => new MultiCategorical({ logits: p.logits! }, [2, 3]),
    parameters: () => ({
      logits: leaf([
        [0.3, -1.2, 2, 0, 1],
        [8, -8, 0, 0.1, -0.3],
      ]),
    }),
    other: () => ({
      logits: leaf([
        [0.1, 1, -1, 1, 0],
        [1, 2, 3, 2, 1],
      ]),
    }),
    action: () =>
      integers([
        [1, 2],
        [0, 0],
      ]),
  },
  {
    name: "MultiCategorical with a mask",
    make: (p) => new MultiCategorical({ logits: p.logits! }, [2, 3], { mask: masks.twoAndThree }),
    parameters: () => ({ logits: leaf([[0.3, -1.2, 2, 9, 1]]) }),
    other: () => ({ logits: leaf([[0.1, 1, -1, 1, 0]]) }),
    action: () => integers([[1, 2]]),
  },
  {
    name: "Bernoulli",
    make: (p) => new Bernoulli({ logits: p.logits! }),
    parameters: () => ({
      logits: leaf([
        [0.3, -1.2, 2],
        [0, 5, -7],
      ]),
    }),
    other: () => ({
      logits: leaf([
        [0.1, 1, -1],
        [1, 4, -6],
      ]),
    }),
    action: () =>
      integers([
        [1, 1, 0],
        [0, 1, 0],
      ]),
  },
  {
    name: "DiagonalGaussian",
    make: (p) => new DiagonalGaussian({ mean: p.mean!, logStd: p.logStd! }),
    ...gaussian,
  },
  {
    name: "SquashedGaussian",
    make: (p) => new SquashedGaussian({ mean: p.mean!, logStd: p.logStd! }),
    ...gaussian,
  },
];

function expectClose(actual: Tensor, expected: Tensor): void {
  const a = actual.dataSync();
  const e = expected.dataSync();
  expect(actual.shape).toEqual(expected.shape);
  a.forEach((value, i) => {
    expect(Math.abs(value - e[i]!)).toBeLessThanOrEqual(1e-10 * Math.max(1, Math.abs(e[i]!)));
  });
}

describe.each(cases)("$name", ({ make, parameters, other, action, certain = [] }) => {
  it("has the score that autograd gives for logProb", () => {
    const p = parameters();
    const distribution = make(p);
    const names = Object.keys(p);
    const expected = grad(sum(distribution.logProb(action())), Object.values(p), { materialize: true });
    const score = make(parameters()).score(action());
    names.forEach((name, i) => {
      expectClose(score[name]!, expected[i]!);
    });
  });

  it("has the entropy score that autograd gives for entropy", () => {
    const p = parameters();
    const expected = grad(sum(make(p).entropy()), Object.values(p), { materialize: true });
    const score = make(parameters()).entropyScore();
    Object.keys(p).forEach((name, i) => {
      expectClose(score[name]!, expected[i]!);
    });
  });

  it("is at distance 0 from itself and above 0 from another", () => {
    const distribution = make(parameters());
    expect(Math.max(...distribution.kl(make(parameters())).dataSync().map(Math.abs))).toBeLessThan(1e-12);
    distribution
      .kl(make(other()))
      .dataSync()
      .forEach((kl, row) => {
        if (certain.includes(row)) expect(kl).toBe(0);
        else expect(kl).toBeGreaterThan(0);
      });
  });

  it("draws on the host what it samples, also from what a compiled function filled anew", () => {
    const [first, second] = [noGrad(() => make(parameters())), make(other())];
    expect(first.draw(generator(4))).toEqual(first.sample(generator(4)).dataSync());
    const names = Object.keys(parameters());
    let recorded: Distribution = first;
    const fill = compile((...given: Tensor[]) => {
      recorded = make(Object.fromEntries(names.map((name, i) => [name, given[i]!.mul(1)])));
      return recorded.drawnFrom;
    });
    const constants = (of: Record<string, Tensor>): Tensor[] => Object.values(of).map((x) => x.detach());
    fill(...constants(parameters()));
    fill(...constants(other()));
    expect(recorded.draw(generator(5))).toEqual(second.draw(generator(5)));
  });

  it("has E log p = −entropy, and KL = E[log p − log q], over many samples", () => {
    const [p, q] = [make(parameters()), make(other())];
    const random = generator(3);
    const rows = p.entropy().size;
    const logP = new Float64Array(rows);
    const logRatio = new Float64Array(rows);
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const a = p.sample(random);
      const own = p.logProb(a).dataSync();
      const theirs = q.logProb(a).dataSync();
      own.forEach((value, row) => {
        logP[row]! += value / draws;
        logRatio[row]! += (value - theirs[row]!) / draws;
      });
    }
    const entropy = p.entropy().dataSync();
    const kl = p.kl(q).dataSync();
    logP.forEach((value, row) => {
      expect(value).toBeCloseTo(-entropy[row]!, 1);
      expect(Math.abs(logRatio[row]! - kl[row]!)).toBeLessThan(0.05 * Math.max(1, kl[row]!));
    });
  });
});

describe("Categorical", () => {
  it("draws each action as often as its probability says", () => {
    const distribution = new Categorical({ logits: leaf([[0, Math.log(2), Math.log(5)]]) });
    const counts = [0, 0, 0];
    const random = generator(1);
    for (let i = 0; i < 8000; i++) counts[distribution.sample(random).item()]! += 1 / 1000;
    [1, 2, 5].forEach((expected, i) => {
      expect(counts[i]).toBeCloseTo(expected, 0);
    });
  });

  it("never draws an action of probability 0, and stays finite there", () => {
    const distribution = new Categorical({ logits: leaf([[0, -1e30, 0]]) });
    const random = generator(1);
    for (let i = 0; i < 1000; i++) expect(distribution.sample(random).item()).not.toBe(1);
    expect(distribution.entropy().item()).toBeCloseTo(Math.log(2), 12);
    expect([...distribution.entropyScore().logits.dataSync()].every(Number.isFinite)).toBe(true);
  });

  it("takes the first most likely action as its mode", () => {
    expect(
      new Categorical({
        logits: leaf([
          [1, 3, 3],
          [2, 0, 1],
        ]),
      })
        .mode()
        .toArray(),
    ).toEqual([1, 0]);
  });

  it("refuses actions that do not fit", () => {
    const distribution = new Categorical({ logits: leaf([[1, 2]]) });
    expect(() => distribution.logProb(tensor([0.5]))).toThrow(GradbridgeError);
    expect(() => distribution.score(tensor([2], { dtype: "int32" }))).toThrow(/out of range/);
  });
});

describe("DiagonalGaussian", () => {
  it("draws with its mean and spread", () => {
    const distribution = new DiagonalGaussian({ mean: leaf([[3]]), logStd: leaf([[Math.log(2)]]) });
    const random = generator(5);
    const draws = Array.from({ length: 20_000 }, () => distribution.sample(random).item());
    const mean = draws.reduce((total, x) => total + x, 0) / draws.length;
    const variance = draws.reduce((total, x) => total + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(3, 1);
    expect(Math.sqrt(variance)).toBeCloseTo(2, 1);
  });
});

describe("kl", () => {
  it("is refused between distributions of different kinds or sizes: nothing broadcasts", () => {
    const categorical = new Categorical({ logits: constant([[0, 1]]) });
    const twoRows = new Categorical({
      logits: constant([
        [0, 1],
        [1, 0],
      ]),
    });
    const three = new Categorical({ logits: constant([[0, 1, 2]]) });
    const bernoulli = new Bernoulli({ logits: constant([[0, 1]]) });
    for (const other of [twoRows, three, bernoulli, undefined]) {
      expect(() => categorical.kl(other as Categorical)).toThrow(
        expect.objectContaining({
          code: "distribution",
          message: expect.stringMatching(/kl of \[1, 2\] needs another Categorical/),
        }),
      );
    }
    const gaussian = (mean: number[][]) =>
      new DiagonalGaussian({ mean: constant(mean), logStd: constant(mean) });
    expect(() => gaussian([[0], [1]]).kl(gaussian([[0]]))).toThrow(
      /DiagonalGaussian of that size, got one of \[1, 1\]/,
    );
  });
});
