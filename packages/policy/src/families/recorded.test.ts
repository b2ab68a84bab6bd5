import { setDevice } from "@gradbridge/core";
import { describe, expect, it } from "vitest";
import { expectRecorded, type Packed, readRecording, unpack } from "../fixtures/recorded.ts";
import { bernoulli } from "./bernoulli.ts";
import { exponential } from "./exponential.ts";
import type { Family } from "./family.ts";
import { gamma } from "./gamma.ts";
import { gaussian } from "./gaussian.ts";
import { geometric } from "./geometric.ts";
import { negativeBinomial } from "./negative-binomial.ts";
import { poisson } from "./poisson.ts";

await setDevice("reference");

interface Case {
  readonly family: keyof typeof make;
  readonly arguments: readonly number[];
  readonly eta: Packed;
  readonly y: Packed;
  readonly negativeLogLikelihood: Packed;
  readonly seed: Packed;
  readonly mean: Packed;
  readonly variance: Packed;
}

const make: Record<string, (argument: number) => Family> = {
  gaussian,
  bernoulli,
  poisson,
  exponential,
  gamma,
  geometric,
  negativeBinomial,
};

const { cases } = readRecording<{ cases: Case[] }>("pytorch-families");

describe("families as PyTorch has them", () => {
  it("were recorded for every one that it has", () => {
    expect(cases.map(({ family }) => family)).toEqual(Object.keys(make));
  });

  it.each(cases)("$family", (one) => {
    const family = make[one.family]!(one.arguments[0]!);
    const [eta, y] = [unpack(one.eta, "float64"), unpack(one.y, "float64")];
    expectRecorded(family.negativeLogLikelihood(eta, y), one.negativeLogLikelihood, 1e-11, "−log q");
    expectRecorded(family.seed(eta, y), one.seed, 1e-11, "seed");
    expectRecorded(family.inverseLink(eta), one.mean, 1e-11, "mean");
    expectRecorded(family.fisher(eta), one.variance, 1e-11, "variance");
  });
});
