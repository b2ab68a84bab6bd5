import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setDevice } from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { makeVec } from "gymnasium-js";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkEstimator } from "../estimators/checking/check-estimator.ts";
import { defineEstimator } from "../estimators/estimator.ts";
import { collect } from "../rollouts/collect.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { train } from "../training/train.ts";
import {
  type ExternalEstimator,
  type ExternalEstimatorOptions,
  externalEstimator,
} from "./external-estimator.ts";

beforeAll(() => setDevice("reference"));

const file = fileURLToPath(new URL("fixtures/estimator.mjs", import.meta.url));
const made: ExternalEstimator[] = [];
let printed = "";

function external(
  fault: string,
  options: Partial<ExternalEstimatorOptions> = {},
  healed: readonly string[] = [],
): ExternalEstimator {
  printed = "";
  const estimator = externalEstimator({
    name: "lender",
    command: process.execPath,
    args: [file, fault, ...healed],
    timeoutMilliseconds: 20_000,
    onPrint: (text) => {
      printed += text;
    },
    ...options,
  });
  made.push(estimator);
  return estimator;
}

afterEach(async () => {
  for (const estimator of made.splice(0)) await estimator.close();
});

function newPolicy(): Policy {
  return actorCritic({
    observationSize: 4,
    head: categoricalHead(2),
    hidden: [4],
    generator: generator(3),
  });
}

async function rolloutOf(policy: Policy): Promise<Rollout> {
  const envs = makeVec("CartPole-v1", { numEnvs: 3, autoresetMode: "same_step" });
  const rollout = await collect(policy, envs as never, { steps: 4, generator: generator(1), seed: 1 });
  // rewards that differ
  rollout.reward.forEach((_, i) => {
    rollout.reward[i] = i + 1;
  });
  return rollout;
}

const settings = {
  env: "CartPole-v1",
  device: "reference",
  numEnvs: 3,
  rolloutSteps: 4,
  epochs: 1,
  hidden: [4],
  evalEpisodes: 0,
} as const;

const parametersOf = (policy: Policy): unknown[] => policy.parameters().map((one) => one.toArray());

describe("externalEstimator", () => {
  it("asks another program for δ of a whole rollout, and gives it to minibatches row by row", async () => {
    const policy = newPolicy();
    const rollout = await rolloutOf(policy);
    const estimator = external("none");
    const { logits } = await estimator.deltas(rollout);
    expect([...logits!]).toEqual(Array.from(rollout.reward, (reward) => [reward, -reward]).flat());
    const targets = await estimator.prepareAsync(rollout);
    expect(Object.values(targets).map((values) => [...values])).toEqual([
      [...rollout.reward],
      Array.from(rollout.reward, (reward) => -reward),
    ]);
    expect(printed).toBe("ready\n");
    expect(() => estimator.prepare(rollout)).toThrow(/await estimator\.prepareAsync/);
  });

  it.each(["seed", "inner", "surrogate"] as const)(
    "trains in mode %s, in several minibatches",
    async (apply) => {
      const policy = newPolicy();
      const before = parametersOf(policy);
      const estimator = external("none");
      const { updates } = await train({ ...settings, policy, estimator, apply, minibatchSize: 5, steps: 24 });
      expect(updates).toBe(2);
      expect(parametersOf(policy)).not.toEqual(before);
    },
  );

  it("moves parameters as an estimator in this program with the same δ does, bit for bit", async () => {
    const [outside, inside] = [newPolicy(), newPolicy()];
    await train({ ...settings, policy: outside, estimator: external("none"), minibatchSize: 5, steps: 24 });
    const estimator = defineEstimator({
      name: "lender inside",
      requires: ["reward"],
      prepare: ({ reward }) => ({ reward: Float32Array.from(reward) }),
      delta: ({ targets }) => {
        const column = targets.reward.reshape([-1, 1]);
        return { logits: column.mul(1).concat([column.mul(-1)], 1) };
      },
    });
    await train({ ...settings, policy: inside, estimator, minibatchSize: 5, steps: 24 });
    expect(parametersOf(outside)).toEqual(parametersOf(inside));
  });

  it.each([
    ["dies", "program-exit", /^lender ended with exit status 1\. Its last words:\n(.*\n)*singular matrix$/],
    ["hangs", "program-timeout", /^lender did not answer delta within 400 ms, and was killed/],
    ["an error", "program-error", /^lender reports: LinAlgError: singular matrix/],
    ["wrong shape", "delta", /^lender: its δ for "logits" is \[11, 2\], the output is \[12, 2\]/],
    ["transposed", "delta", /^lender: its δ for "logits" is \[2, 12\], the output is \[12, 2\]/],
    ["integers", "delta", /^lender: its δ for "logits" is a Int32Array; it must be float32 or float64/],
    ["unknown output", "delta", /^lender: it gave a δ for "logit", but the outputs are logits, value/],
    ["nothing", "delta", /^lender: it answered without any δ/],
    ["requires value", "estimator", /^lender requires value, but is told observation, outputs, reward only/],
    ["moves mean", "estimator", /^lender gives δ for mean, but the policy's outputs are logits, value/],
    [
      "NaN",
      "non-finite",
      /lender: its δ for "logits" is NaN in row 2 \(step 0 of environment 2\), element 1/,
    ],
    ["infinite in float64", "non-finite", /its δ for "logits" is 1e\+300 in row 0/],
  ])(
    "stops training where the program gives %s, with the parameters as they were",
    async (fault, code, message) => {
      const policy = newPolicy();
      const before = parametersOf(policy);
      const options = fault === "hangs" ? { timeoutMilliseconds: 400 } : {};
      const estimator = external(fault, options);
      await expect(train({ ...settings, policy, estimator, steps: 24 })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      });
      expect(parametersOf(policy)).toEqual(before);
    },
  );

  it("refuses δ for other outputs than before", async () => {
    const rollout = await rolloutOf(newPolicy());
    const estimator = external("another output later");
    await estimator.deltas(rollout);
    await expect(estimator.deltas(rollout)).rejects.toThrow(
      /^lender gave δ for logits, value, earlier for logits\. It must be the same/,
    );
  });

  it.each(["dies", "hangs"])(
    "goes on after a program %s: with the next call, or by itself",
    async (fault) => {
      const rollout = await rolloutOf(newPolicy());
      for (const retries of [0, 1]) {
        const folder = mkdtempSync(join(tmpdir(), "external-"));
        try {
          const healed = join(folder, "healed");
          const told: string[] = [];
          const options = {
            retries,
            timeoutMilliseconds: fault === "hangs" ? 1000 : 20_000,
            onRetry: ({ code }: { code: string }) => told.push(code),
          };
          const estimator = external(fault, options, [healed]);
          const first = estimator.deltas(rollout);
          if (retries === 0) await expect(first).rejects.toThrow();
          else expect((await first).logits).toHaveLength(24);
          expect(told).toHaveLength(retries);
          expect(existsSync(healed)).toBe(true);
          expect((await estimator.deltas(rollout)).logits).toHaveLength(24);
        } finally {
          rmSync(folder, { recursive: true });
        }
      }
    },
  );

  it("does not ask twice for a wrong δ", async () => {
    const rollout = await rolloutOf(newPolicy());
    let retried = 0;
    const estimator = external("NaN", { retries: 5, onRetry: () => retried++ });
    await expect(estimator.deltas(rollout)).rejects.toMatchObject({ output: "logits", row: 2 });
    expect(retried).toBe(0);
  });

  it("sends what was asked for, and says what a rollout lacks", async () => {
    const rollout = await rolloutOf(newPolicy());
    const all = ["observation", "outputs", "reward", "action", "logProb", "value", "nextValue"] as const;
    expect((await external("requires value", { fields: all }).deltas(rollout)).logits).toHaveLength(24);
    const { action: _, ...lacking } = rollout;
    await expect(external("none", { fields: all }).deltas(lacking)).rejects.toMatchObject({
      code: "estimator",
      message: "lender is to be told action, but the rollout has none.",
    });
    const short = { ...rollout, reward: rollout.reward.slice(1) };
    await expect(external("none").deltas(short)).rejects.toMatchObject({
      code: "estimator",
      message: expect.stringContaining("reward of the rollout has 11 numbers, expected 12"),
    });
  });

  it("passes checkEstimator: pure, in shape, without reading what it is not told", async () => {
    const report = await checkEstimator(external("none"), { heads: [categoricalHead(3)] });
    expect(report.checks).toEqual(["shapes and finiteness", "purity", "requires"]);
    expect(report.situations.length).toBeGreaterThan(5);
  });

  it("checks its options", () => {
    expect(() => external("none", { fields: ["rewards" as never] })).toThrow(/unknown field "rewards"/);
    expect(() => externalEstimator({ command: "" })).toThrow(/command must be a program/);
    expect(() => external("none", { retries: -1 })).toThrow(/retries must be a whole number/);
    expect(externalEstimator({ command: "python3", args: ["solve.py"] }).name).toBe(
      'external estimator "python3 solve.py"',
    );
  });
});
