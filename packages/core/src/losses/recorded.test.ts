import { describe, expect, it } from "vitest";
import { expectRecorded, type Packed, readRecording, settings, unpack } from "../fixtures/recorded.ts";
import * as core from "../index.ts";
import { grad, type Tensor } from "../index.ts";

interface Case {
  readonly loss: keyof typeof losses;
  readonly note: string;
  readonly options: object;
  readonly inputs: { readonly [name: string]: Packed };
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly gradients: { readonly [name: string]: Packed };
}

type Loss = (prediction: Tensor, target: Tensor, options: object) => Tensor;

const losses = {
  mseLoss: core.mseLoss,
  l1Loss: core.l1Loss,
  rmseLoss: core.rmseLoss,
  huberLoss: core.huberLoss,
  crossEntropyLoss: core.crossEntropyLoss,
  nllLoss: core.nllLoss,
  bceLoss: core.bceLoss,
  bceWithLogitsLoss: core.bceWithLogitsLoss,
  poissonNllLoss: core.poissonNllLoss,
  gaussianNllLoss: core.gaussianNllLoss as Loss,
  klDivLoss: core.klDivLoss,
  cosineLoss: core.cosineLoss,
} satisfies { [name: string]: Loss };

const { cases } = readRecording<{ cases: Case[] }>("losses");

describe("the recording", () => {
  it("covers every loss", () => {
    const all = Object.keys(core).filter((name) => name.endsWith("Loss"));
    expect([...new Set(cases.map(({ loss }) => loss))].sort()).toEqual(all.sort());
    expect(cases.length).toBeGreaterThan(180);
  });
});

describe.each(settings)("$name", (setting) => {
  it.each(cases.map((each, i) => ({ ...each, i })))("$i $loss $note $options", (recorded) => {
    const named = Object.fromEntries(
      Object.entries(recorded.inputs).map(([name, input]) => [
        name,
        unpack(input, setting, name in recorded.gradients),
      ]),
    );
    const { prediction, target, ...tensors } = named;
    const output = losses[recorded.loss](prediction, target, { ...recorded.options, ...tensors });
    expectRecorded(output, recorded.output, setting, "loss");
    const asked = Object.keys(recorded.gradients);
    const gradients = grad(
      output,
      asked.map((name) => named[name]),
      { seeds: unpack(recorded.cotangent, setting) },
    );
    gradients.forEach((gradient, i) => {
      expectRecorded(gradient, recorded.gradients[asked[i]], setting, `gradient of ${asked[i]}`);
    });
  });
});
