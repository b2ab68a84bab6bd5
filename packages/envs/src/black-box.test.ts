import type { Generator } from "@gradbridge/random";
import fc from "fast-check";
import { checkEnv, type JsonValue, make, makeVec } from "gymnasium-js";
import { describe, expect, it, vi } from "vitest";
import { type BlackBoxOptions, blackBox } from "./black-box.ts";
import { defineEnvPlugin } from "./define-env-plugin.ts";
import { EnvPluginError } from "./env-plugin-error.ts";
import { registerEnvPlugin, unregisterEnvPlugin } from "./register-env-plugin.ts";

const gauss = {
  size: 3,
  sample: (random: Generator): Float32Array => random.fillNormal(new Float32Array(3)),
};
/** How near the outputs come to the sum and the product of the context. */
const arithmetic = blackBox({
  name: "Arithmetic-v0",
  outputs: 2,
  context: gauss,
  evaluate: (outputs, [a, b, c]) =>
    -Math.abs(outputs[0]! - (a! + b! + c!)) - Math.abs(outputs[1]! - a! * b! * c!),
});

describe("blackBox", () => {
  it("is an environment of one step: outputs in, reward out", () => {
    const env = blackBox({
      name: "Parabola-v0",
      outputs: 2,
      evaluate: ([x, y]) => -((x! - 1) ** 2) - y! ** 2,
    }).entryPoint();
    expect(env.observationSpace.toString()).toBe("Box(-inf, inf, (1,), float32)");
    expect(env.actionSpace.toString()).toBe("Box(-inf, inf, (2,), float32)");
    expect(env.reset({ seed: 1 })).toEqual([Float32Array.of(1), {}]);
    expect(env.step(Float32Array.of(3, 0.5))).toEqual([Float32Array.of(1), -4.25, true, false, {}]);
    expect(env.reset()).toEqual([Float32Array.of(1), {}]);
    expect(env.step(Float32Array.of(1, 0))[1]).toBeCloseTo(0, 12);
  });

  it("draws contexts from the environment's generator and judges by the one it showed", () => {
    const env = arithmetic.entryPoint();
    const [first] = env.reset({ seed: 9 });
    const [second] = env.reset();
    expect(second).not.toEqual(first);
    expect(env.reset({ seed: 9 })[0]).toEqual(first);
    const [a, b, c] = first as unknown as [number, number, number];
    const [observation, reward] = env.step(Float32Array.of(a + b + c, a * b * c));
    expect(observation).toEqual(first);
    expect(reward).toBeCloseTo(0, 5);
  });

  it("passes checkEnv, registered and made by id, alone and in a vector", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const plugin = defineEnvPlugin({ name: "boxes", version: "1.0.0", environments: [arithmetic] });
    registerEnvPlugin(plugin);
    try {
      for (const warning of checkEnv(make("Arithmetic-v0").unwrapped))
        expect(warning).toMatch(/Box\(-inf, inf/);
      const envs = makeVec("Arithmetic-v0", { numEnvs: 4, autoresetMode: "same_step" });
      envs.reset({ seed: 3 });
      const [, rewards, terminated] = envs.step(new Float32Array(8));
      expect(terminated).toEqual(Uint8Array.of(1, 1, 1, 1));
      expect(new Set(rewards).size).toBe(4);
    } finally {
      unregisterEnvPlugin(plugin);
      warn.mockRestore();
    }
  });

  it("continues from its state, before and after the step", () => {
    const env = arithmetic.entryPoint();
    env.reset({ seed: 2 });
    const outputs = Float32Array.of(0.5, -1);
    for (const isJudged of [false, true]) {
      const copy = arithmetic.entryPoint();
      copy.restore?.(JSON.parse(JSON.stringify(env.state?.())) as JsonValue);
      if (!isJudged) expect(copy.step(outputs)).toEqual(env.step(outputs));
      else expect(() => copy.step(outputs)).toThrow(expect.objectContaining({ code: "reset-needed" }));
      if (isJudged) expect(copy.reset()).toEqual(env.reset());
    }
  });

  it("keeps the caller's arrays and its own apart", () => {
    const kept: Float32Array[] = [];
    const shared = Float32Array.of(1, 2, 3);
    const env = blackBox({
      name: "Rude-v0",
      outputs: 1,
      context: { size: 3, sample: () => shared },
      evaluate: (outputs, context) => {
        const value = outputs[0]! + context[0]!;
        kept.push(outputs.fill(99), context.fill(99));
        return value;
      },
    }).entryPoint();
    const [first] = env.reset({ seed: 1 });
    shared.fill(7);
    first[0] = 50;
    const outputs = Float32Array.of(5);
    expect(env.step(outputs).slice(0, 2)).toEqual([Float32Array.of(1, 2, 3), 6]);
    expect(outputs).toEqual(Float32Array.of(5));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, undefined, "5", Promise.resolve(1)])(
    "refuses the reward %s",
    (reward) => {
      const options = { name: "Broken-v0", outputs: 2, evaluate: () => reward as number };
      const env = blackBox(options).entryPoint();
      env.reset({ seed: 1 });
      expect(() => env.step(Float32Array.of(1, 2))).toThrow(
        expect.objectContaining({
          code: "reward",
          message: expect.stringMatching(
            /^black box "Broken-v0": evaluate must give a finite number, got .* for the outputs \[1, 2\]\./,
          ),
        }),
      );
    },
  );

  it.each([[[1, 2, 3]], [new Float32Array(2)], [Float32Array.of(1, Number.NaN, 1)], [null]])(
    "refuses the context %o",
    (context) => {
      const sample = (): Float32Array => context as unknown as Float32Array;
      const env = blackBox({
        name: "Broken-v0",
        outputs: 1,
        context: { size: 3, sample },
        evaluate: () => 0,
      }).entryPoint();
      expect(() => env.reset()).toThrow(
        expect.objectContaining({
          code: "context",
          message: expect.stringContaining(
            'black box "Broken-v0": context.sample must give a Float32Array of 3 finite numbers',
          ),
        }),
      );
    },
  );

  it("refuses a step without a reset, and outputs of the wrong form", () => {
    const env = arithmetic.entryPoint();
    const outputs = new Float32Array(2);
    expect(() => env.step(outputs)).toThrow(expect.objectContaining({ code: "reset-needed" }));
    env.reset({ seed: 1 });
    for (const wrong of [new Float32Array(3), Float32Array.of(0, Number.NaN), 1]) {
      expect(() => env.step(wrong as Float32Array)).toThrow(
        expect.objectContaining({ code: "invalid-action" }),
      );
    }
    env.step(outputs);
    expect(() => env.step(outputs)).toThrow(/an episode has one step/);
  });

  it.each<[Partial<Record<keyof BlackBoxOptions, unknown>>, string]>([
    [{ outputs: 0 }, 'black box "Box-v0": outputs: expected a whole number ≥ 1, got 0 (number).'],
    [{ evaluate: 3 }, "evaluate: expected a function (outputs, context) => number, got 3 (number)."],
    [
      { context: { size: 2 } },
      "context.sample: expected a function (generator) => Float32Array, got nothing.",
    ],
    [{ name: "" }, "name: expected a text that is not empty"],
  ])("refuses the options %o", (wrong, message) => {
    const options = { name: "Box-v0", outputs: 1, evaluate: () => 0, ...wrong } as BlackBoxOptions;
    expect(() => blackBox(options)).toThrow(
      expect.objectContaining({ code: "plugin", message: expect.stringContaining(message) }),
    );
  });

  it("answers anything at all with an EnvPluginError", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (options) => {
        expect(() => blackBox(options as BlackBoxOptions)).toThrow(EnvPluginError);
      }),
    );
  });
});
