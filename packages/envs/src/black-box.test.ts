import type { Generator } from "@gradbridge/random";
import fc from "fast-check";
import { checkEnv, type JsonValue, make, makeVec, SyncVectorEnv } from "gymnasium-js";
import { describe, expect, it, vi } from "vitest";
import { type BlackBoxOptions, blackBox, blackBoxVector } from "./black-box.ts";
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

describe("blackBoxVector", () => {
  /** The objective of `arithmetic`, for one row. */
  const judge = (outputs: Float32Array, [a, b, c]: Float32Array): number =>
    -Math.abs(outputs[0]! - (a! + b! + c!)) - Math.abs(outputs[1]! - a! * b! * c!);
  const judgeAll = (outputs: Float32Array, contexts: Float32Array, count: number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) =>
      judge(outputs.subarray(2 * i, 2 * i + 2), contexts.subarray(3 * i, 3 * i + 3)),
    );
  const objectives: Record<string, Partial<BlackBoxOptions>> = {
    "one by one": { evaluate: judge },
    "one by one, later": { evaluate: async (...row) => judge(...row) },
    "one by one, in any order": {
      evaluate: (outputs, context) =>
        new Promise((resolve) => setTimeout(resolve, Math.random() * 5, judge(outputs, context))),
    },
    "all at once": { evaluateBatch: judgeAll },
    "all at once, later": { evaluateBatch: async (...batch) => judgeAll(...batch) },
  };

  it.each(Object.keys(objectives))("judges %s exactly as single environments do", async (manner) => {
    const options = { name: "Arithmetic-v0", outputs: 2, context: gauss };
    const envs = blackBoxVector({ ...options, ...objectives[manner] }, 3);
    const create = blackBox({ ...options, evaluate: judge }).entryPoint;
    const single = new SyncVectorEnv(new Array(3).fill(create), { autoresetMode: "same_step", copy: true });
    expect(envs.reset({ seed: 5 })).toEqual(single.reset({ seed: 5 }));
    for (let step = 0; step < 3; step++) {
      const actions = Float32Array.from({ length: 6 }, (_, i) => Math.sin(i + step));
      const saved = JSON.parse(JSON.stringify(envs.state())) as JsonValue;
      const result = await envs.step(actions);
      expect(result).toEqual(single.step(actions));
      envs.restore(saved);
      expect(await envs.step([0, 1, 2].map((i) => actions.subarray(2 * i, 2 * i + 2)))).toEqual(result);
    }
    await envs.close();
  });

  it("calls a batch objective once per step, and an asynchronous one for all rows at the same time", async () => {
    let calls = 0;
    const batched = blackBoxVector(
      {
        name: "Batch-v0",
        outputs: 1,
        evaluateBatch: (outputs) => {
          calls++;
          return outputs;
        },
      },
      8,
    );
    batched.reset();
    await batched.step(new Float32Array(8));
    expect(calls).toBe(1);

    let running = 0;
    let most = 0;
    const slow = blackBoxVector(
      {
        name: "Slow-v0",
        outputs: 1,
        evaluate: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
          return 0;
        },
      },
      8,
    );
    slow.reset();
    await slow.step(new Float32Array(8));
    expect(most).toBe(8);
  });

  it("lets a single environment judge by the batch objective, with one row", () => {
    const env = blackBox({
      name: "Batch-v0",
      outputs: 2,
      evaluateBatch: (outputs) => [outputs[1]!],
    }).entryPoint();
    env.reset();
    expect(env.step(Float32Array.of(3, 4))[1]).toBe(4);
  });

  it("names the environment of a reward that is none, and can be asked again", async () => {
    let isBroken = true;
    const evaluate = (outputs: Float32Array): number => (isBroken && outputs[0] === 2 ? Number.NaN : 1);
    for (const objective of [
      { evaluate },
      { evaluate: async (outputs: Float32Array) => evaluate(outputs) },
    ]) {
      isBroken = true;
      const envs = blackBoxVector({ name: "Broken-v0", outputs: 1, ...objective }, 3);
      envs.reset();
      const actions = Float32Array.of(0, 1, 2);
      await expect(async () => envs.step(actions)).rejects.toMatchObject({
        code: "reward",
        message: expect.stringMatching(
          /^environment 2 of 3 times black box "Broken-v0": .* got NaN .* \[2\]/,
        ),
      });
      isBroken = false;
      expect((await envs.step(actions))[1]).toEqual(Float64Array.of(1, 1, 1));
    }
  });

  it("hands on what the objective throws", async () => {
    const fail = (): never => {
      throw new Error("no connection");
    };
    for (const evaluate of [fail, async () => fail()]) {
      const envs = blackBoxVector({ name: "Broken-v0", outputs: 1, evaluate }, 2);
      envs.reset();
      await expect(async () => envs.step(new Float32Array(2))).rejects.toThrow("no connection");
    }
  });

  it("refuses wrong actions, a missing reset, a wrong number of rewards and of environments", async () => {
    const short: BlackBoxOptions = { name: "Short-v0", outputs: 1, evaluateBatch: () => [1] };
    const envs = blackBoxVector(short, 2);
    const actions = new Float32Array(2);
    const step = async (given: unknown): Promise<unknown> => envs.step(given as Float32Array);
    await expect(step(actions)).rejects.toMatchObject({ code: "reset-needed" });
    envs.reset();
    await expect(step(actions)).rejects.toThrow(/evaluateBatch must give 2 numbers, one for each row, got 1/);
    await expect(step(new Float32Array(3))).rejects.toThrow(/takes 2 × 1 finite numbers, got 3/);
    await expect(step(Float32Array.of(1, Number.NaN))).rejects.toThrow(/got 2, not all of them finite/);
    for (const wrong of [0, 1.5, Number.NaN]) {
      expect(() => blackBoxVector(short, wrong)).toThrow(expect.objectContaining({ code: "bad-kwarg" }));
    }
  });
});
