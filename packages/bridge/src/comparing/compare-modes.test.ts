import { tensor } from "@gradbridge/core";
import { actorCritic, categoricalHead } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { makeVec } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { ppo } from "../estimators/policy-gradient/ppo.ts";
import { collect } from "../rollouts/collect.ts";
import { compareModes } from "./compare-modes.ts";
import { gradientAgreement, parameterGradient } from "./parameter-gradient.ts";

async function learnedFrom() {
  const policy = actorCritic({ observationSize: 4, head: categoricalHead(2), hidden: [8] });
  const envs = makeVec("CartPole-v1", {
    numEnvs: 2,
    vectorizationMode: "sync",
    autoresetMode: "same_step",
  });
  const rollout = await collect(policy, envs, { steps: 16, generator: generator(1), seed: 1 });
  return { rollout, policy, estimator: ppo() };
}

describe("parameterGradient", () => {
  it("agrees between all modes where the policy has not moved, and leaves gradients alone", async () => {
    const learned = await learnedFrom();
    const parameters = learned.policy.parameters();
    const mark = tensor(parameters[0]!.toArray() as number[][]);
    parameters[0]!.grad = mark;
    const seed = await parameterGradient(learned, { mode: "seed" });
    expect(seed).toHaveLength(parameters.reduce((count, { size }) => count + size, 0));
    expect(seed.some((value) => value !== 0)).toBe(true);
    expect(await parameterGradient(learned, { mode: "inner" })).toEqual(seed);
    for (const anchor of ["current", "behavior"] as const) {
      const { cosine, normRatio } = gradientAgreement(
        await parameterGradient(learned, { mode: "surrogate", anchor }),
        seed,
      );
      expect(cosine).toBeCloseTo(1, 5);
      expect(normRatio).toBeCloseTo(1, 4);
    }
    expect(parameters[0]!.grad).toBe(mark);
    expect(parameters[1]!.grad).toBeNull();
  });

  it("tells the pull of the outputs that acted from δ once the policy has moved", async () => {
    const learned = await learnedFrom();
    for (const parameter of learned.policy.parameters()) {
      const moved = parameter.detach();
      moved.assign(moved.mul(4));
    }
    const seed = await parameterGradient(learned, { mode: "seed" });
    const pulled = await parameterGradient(learned, { mode: "surrogate", anchor: "behavior" });
    const held = await parameterGradient(learned, { mode: "surrogate", anchor: "current" });
    expect(gradientAgreement(held, seed).cosine).toBeCloseTo(1, 5);
    expect(gradientAgreement(pulled, seed).cosine).toBeLessThan(0.999);
  });
});

describe("gradientAgreement", () => {
  it("is cosine and ratio of norms", () => {
    expect(gradientAgreement([3, 4], [6, 8])).toEqual({ cosine: 1, normRatio: 0.5 });
    expect(gradientAgreement([0, 2], [1, 0])).toEqual({ cosine: 0, normRatio: 2 });
    expect(gradientAgreement([0, 0], [1, 0]).cosine).toBeNaN();
    expect(() => gradientAgreement([1, 2], [1])).toThrow(/one length, got 2 and 1/);
  });
});

describe("compareModes", () => {
  it("refuses no seeds, and environments that the first run would use up", async () => {
    await expect(compareModes({ env: "CartPole-v1", seeds: [] })).rejects.toMatchObject({ code: "settings" });
    const envs = makeVec("CartPole-v1", { numEnvs: 2 });
    await expect(compareModes({ env: envs as never, seeds: [1] })).rejects.toMatchObject({ code: "env" });
    await envs.close();
  });

  it("runs every mode with every seed; seed and inner agree to the last bit", async () => {
    const seen: string[] = [];
    const runs = await compareModes({
      env: "CartPole-v1",
      seeds: [1, 2],
      steps: 1024,
      evalEpisodes: 2,
      onRun: ({ mode, seed }) => seen.push(`${mode.name} ${seed}`),
    });
    expect(seen.slice(0, 4)).toEqual(["seed 1", "surrogate 1", "surrogate, behavior 1", "inner 1"]);
    expect(runs).toHaveLength(8);
    const [seed, surrogate, behavior, inner] = runs;
    const curve = (run: (typeof runs)[number] | undefined) =>
      run!.updates.map(({ returnMean }) => returnMean);
    expect(curve(inner)).toEqual(curve(seed));
    expect(inner!.evaluation!.mean).toBe(seed!.evaluation!.mean);
    for (const { cosine, normRatio } of [...seed!.updates, ...inner!.updates]) {
      expect(cosine).toBeCloseTo(1, 12);
      expect(normRatio).toBe(1);
    }
    for (const { cosine } of surrogate!.updates) expect(cosine).toBeGreaterThan(0.999);
    expect(Math.min(...behavior!.updates.map(({ cosine }) => cosine))).toBeLessThan(0.99);
    for (const { seconds } of runs.flatMap(({ updates }) => updates)) expect(seconds).toBeGreaterThan(0);
  });
});
