import { setDevice, type Tensor } from "@gradbridge/core";
import { afterAll, describe, expect, it } from "vitest";
import { expectRecorded, type Packed, readRecording, unpack } from "../fixtures/recorded.ts";
import { Bernoulli } from "./bernoulli.ts";
import { Categorical } from "./categorical.ts";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";
import type { Distribution } from "./distribution.ts";
import { MultiCategorical } from "./multi-categorical.ts";
import { SquashedGaussian } from "./squashed-gaussian.ts";

interface Case {
  readonly distribution: keyof typeof make;
  readonly outputs: Record<string, Packed>;
  readonly other: Record<string, Packed>;
  readonly action: Packed;
  readonly mask?: Packed;
  readonly sizes?: readonly number[];
  readonly logProb: Packed;
  readonly score: Record<string, Packed>;
  readonly kl: Packed;
  readonly entropy?: Packed;
  readonly entropyScore?: Record<string, Packed>;
}

type Outputs = Record<string, Tensor>;

const make = {
  Categorical: (o: Outputs, _: Case, mask?: Tensor): Distribution =>
    new Categorical({ logits: o.logits! }, mask === undefined ? {} : { mask }),
  MultiCategorical: (o: Outputs, { sizes }: Case): Distribution =>
    new MultiCategorical({ logits: o.logits! }, sizes!),
  Bernoulli: (o: Outputs): Distribution => new Bernoulli({ logits: o.logits! }),
  DiagonalGaussian: (o: Outputs): Distribution => new DiagonalGaussian({ mean: o.mean!, logStd: o.logStd! }),
  SquashedGaussian: (o: Outputs): Distribution => new SquashedGaussian({ mean: o.mean!, logStd: o.logStd! }),
};

const { cases } = readRecording<{ cases: Case[] }>("pytorch-distributions");

afterAll(() => setDevice("reference"));

describe.each([
  ["reference", "float64", 1e-12],
  ["wasm", "float32", 1e-5],
] as const)("distributions as PyTorch has them, on %s in %s", (device, dtype, tolerance) => {
  it("were recorded for every kind", () => {
    expect(new Set(cases.map(({ distribution }) => distribution))).toEqual(new Set(Object.keys(make)));
  });

  it.each(cases.map((one, i) => [`${one.distribution} ${i}`, one] as const))("%s", async (name, one) => {
    await setDevice(device);
    const outputs = (packed: Record<string, Packed>): Outputs =>
      Object.fromEntries(Object.entries(packed).map(([key, value]) => [key, unpack(value, dtype)]));
    const mask = one.mask === undefined ? undefined : unpack(one.mask, dtype);
    const distribution = make[one.distribution](outputs(one.outputs), one, mask);
    const other = make[one.distribution](outputs(one.other), one, mask);
    const action = unpack(one.action, dtype);
    expectRecorded(distribution.logProb(action), one.logProb, tolerance, `${name} logProb`);
    expectRecorded(distribution.kl(other), one.kl, tolerance, `${name} kl`);
    for (const [output, score] of Object.entries(distribution.score(action))) {
      expectRecorded(score, one.score[output]!, tolerance, `${name} score of ${output}`);
    }
    if (one.entropy === undefined) return;
    expectRecorded(distribution.entropy(), one.entropy, tolerance, `${name} entropy`);
    for (const [output, score] of Object.entries(distribution.entropyScore())) {
      expectRecorded(score, one.entropyScore![output]!, tolerance, `${name} entropyScore of ${output}`);
    }
  });
});
