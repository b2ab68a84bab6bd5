import { grad, setDevice } from "@gradbridge/core";
import { afterAll, describe, expect, it } from "vitest";
import { expectRecorded, type Packed, readRecording, unpack } from "../fixtures/recorded.ts";
import { conv2d } from "./conv2d.ts";
import { gru } from "./gru.ts";
import { layerNorm } from "./layer-norm.ts";
import { linear } from "./linear.ts";
import type { Module } from "./module.ts";

interface Case {
  readonly module: string;
  readonly arguments: readonly number[];
  readonly options: Record<string, unknown>;
  readonly inputs: readonly Packed[];
  readonly parameters: Record<string, Packed>;
  readonly output: Packed;
  readonly cotangent: Packed;
  readonly inputGradients: readonly Packed[];
  readonly gradients: Record<string, Packed>;
}

type Make = (...values: unknown[]) => Module;
const make = { linear, conv2d, layerNorm, gru } as unknown as Record<string, Make>;

const { cases } = readRecording<{ cases: Case[] }>("pytorch-modules");

afterAll(() => setDevice("reference"));

describe.each([
  ["reference", "float64", 1e-12],
  ["wasm", "float32", 2e-5],
] as const)("modules as PyTorch has them, on %s in %s", (device, dtype, tolerance) => {
  it("were recorded for every kind", () => {
    expect(new Set(cases.map((one) => one.module))).toEqual(new Set(Object.keys(make)));
  });

  it.each(cases.map((one, i) => [`${one.module} ${i}`, one] as const))("%s", async (name, one) => {
    await setDevice(device);
    const module = make[one.module]!(...one.arguments, { ...one.options, dtype });
    const recorded = Object.entries(one.parameters).map(
      ([key, value]) => [key, unpack(value, dtype)] as const,
    );
    module.loadStateDict(Object.fromEntries(recorded));
    const inputs = one.inputs.map((packed) => {
      const x = unpack(packed, dtype);
      x.requiresGrad = true;
      return x;
    });
    const output = (module.forward as (...given: typeof inputs) => (typeof inputs)[number])(...inputs);
    expectRecorded(output, one.output, tolerance, `${name} output`);
    const named = module.namedParameters();
    const gradients = grad(output, [...inputs, ...named.map(([, parameter]) => parameter)], {
      seeds: unpack(one.cotangent, dtype),
    });
    one.inputGradients.forEach((expected, i) => {
      expectRecorded(gradients[i]!, expected, tolerance, `${name} gradient of input ${i}`);
    });
    named.forEach(([key], i) => {
      const gradient = gradients[inputs.length + i]!;
      expectRecorded(gradient, one.gradients[key]!, tolerance, `${name} gradient of ${key}`);
    });
    expect(named.map(([key]) => key).sort()).toEqual(Object.keys(one.gradients).sort());
  });
});
