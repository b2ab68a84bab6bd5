import { describe, expect, it } from "vitest";
import { type Options, operationTable } from "../fixtures/operation-table.ts";
import { expectRecorded, type Packed, readRecording, settings, unpack } from "../fixtures/recorded.ts";
import { grad } from "../index.ts";
import * as operations from "./registry.ts";

interface Case {
  readonly op: string;
  readonly note: string;
  readonly options: Options;
  readonly inputs: readonly Packed[];
  readonly output: Packed;
  readonly cotangent?: Packed;
  readonly gradients?: readonly (Packed | null)[];
}

const { cases } = readRecording<{ cases: Case[] }>("operations");

/** Ill-conditioned numbers: deviations of 1 from a mean of 10,000 lose digits, in PyTorch too. */
const lostDigits: { readonly [note: string]: number } = { "large mean": 100 };

describe("the recording", () => {
  it("covers every operation that PyTorch has", () => {
    const untested = [
      "onesLike",
      "zerosLike",
      "detach",
      "cast",
      "dropout",
      "logicalAnd",
      "logicalOr",
      "logicalNot",
    ];
    const recorded = new Set(cases.map(({ op }) => op));
    const missing = Object.keys(operations).filter((name) => !recorded.has(name) && !untested.includes(name));
    expect(missing).toEqual([]);
    expect(cases.length).toBeGreaterThan(350);
  });
});

describe.each(settings)("$name", (setting) => {
  it.each(cases.map((each, i) => ({ ...each, i })))("$i $op $note", (recorded) => {
    const { op, note, options } = recorded;
    const closeness = { ...setting, tolerance: setting.tolerance * (lostDigits[note] ?? 1) };
    const inputs = recorded.inputs.map((input) => unpack(input, setting, true));
    const output = operationTable[op](inputs, options);
    expectRecorded(output, recorded.output, closeness, "output");
    if (recorded.cotangent === undefined) {
      expect(output.requiresGrad).toBe(false);
      return;
    }
    const floats = inputs.filter((input) => input.requiresGrad);
    const wanted = recorded.gradients!.filter((_, i) => inputs[i].requiresGrad);
    const gradients = grad(output, floats, { seeds: unpack(recorded.cotangent, setting), materialize: true });
    gradients.forEach((gradient, i) => {
      expectRecorded(gradient, wanted[i], closeness, `gradient of input ${i}`);
    });
  });
});
