import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { Box, Discrete, Env, make, type ResetResult, type StepResult } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import type { ApplyMode } from "../applying/apply-delta.ts";
import type { Callback, ProgressRecord, TrainingEnd } from "../callbacks/callback.ts";
import { checkpoint } from "../callbacks/checkpoint.ts";
import { jsonlLogger } from "../callbacks/jsonl-logger.ts";
import { defineEstimator } from "../estimators/estimator.ts";
import { ppo } from "../estimators/policy-gradient/ppo.ts";
import { evaluate } from "../evaluation/evaluate.ts";
import type { Rollout } from "../rollouts/rollout.ts";
import { type Checkpoint, loadCheckpoint, restorePolicy } from "./checkpoint.ts";
import { makePolicy } from "./make-policy.ts";
import { train } from "./train.ts";

const small = {
  env: "CartPole-v1",
  steps: 1024,
  numEnvs: 4,
  rolloutSteps: 64,
  minibatchSize: 96,
  epochs: 2,
  evalEpisodes: 3,
} as const;

/** Collects the log of a run, without its times. */
function recorder(): Callback & { readonly records: Omit<ProgressRecord, "seconds">[] } {
  const records: Omit<ProgressRecord, "seconds">[] = [];
  return {
    name: "recorder",
    records,
    onUpdate(_, { seconds: _seconds, ...record }) {
      records.push(record);
    },
  };
}

function parametersOf(policy: Policy): number[][] {
  return Object.values(policy.stateDict()).map((parameter) => [...parameter.dataSync()]);
}

/** Ends a run after some updates and keeps its checkpoint. */
function stopAfter(update: number): Callback & { saved: Checkpoint | null } {
  return {
    name: "stopAfter",
    saved: null,
    async onUpdate(context) {
      if (context.update === update) context.stop("enough");
    },
    async onEnd(context) {
      this.saved = await context.checkpoint();
    },
  };
}

describe("train", () => {
  it("gives the same run for the same seed, another for another", async () => {
    const logs = [recorder(), recorder(), recorder()] as const;
    const first = await train({ ...small, callbacks: [logs[0]] });
    const second = await train({ ...small, callbacks: [logs[1]] });
    await train({ ...small, seed: 2, callbacks: [logs[2]] });
    expect(logs[1].records).toEqual(logs[0].records);
    expect(parametersOf(second.policy)).toEqual(parametersOf(first.policy));
    expect(second.evaluation).toEqual(first.evaluation);
    expect(logs[2].records).not.toEqual(logs[0].records);
  });

  it.each([
    ["as it is by default", {}],
    ["with observations and rewards normalised", { normalizeObservation: true, normalizeReward: true }],
  ])(
    "continues a stopped run exactly, %s: parameters, log and evaluation equal those of the run that was not stopped",
    async (_, settings) => {
      const whole = recorder();
      const uninterrupted = await train({ ...small, ...settings, callbacks: [whole] });
      const stop = stopAfter(2);
      const first = recorder();
      const interrupted = await train({ ...small, ...settings, callbacks: [first, stop] });
      expect(interrupted.reason).toBe("enough");
      const second = recorder();
      const resumed = await train({ env: small.env, resume: stop.saved!, callbacks: [second] });
      expect([...first.records, ...second.records]).toEqual(whole.records);
      expect(parametersOf(resumed.policy)).toEqual(parametersOf(uninterrupted.policy));
      expect(resumed.evaluation).toEqual(uninterrupted.evaluation);
    },
  );

  it("normalises observations and rewards, and logs the environment's own returns", async () => {
    const [plain, normalized] = [recorder(), recorder()];
    const rollouts: Rollout[] = [];
    const inner = ppo();
    const watched = defineEstimator({
      ...inner,
      prepare(rollout) {
        rollouts.push(rollout);
        return inner.prepare(rollout);
      },
    });
    await train({ ...small, callbacks: [plain] });
    const settings = { normalizeObservation: true, normalizeReward: true, evalEpisodes: 0 };
    const { policy } = await train({
      ...small,
      ...settings,
      estimator: watched,
      callbacks: [normalized],
    });
    expect(normalized.records.map(({ returnMean, lengthMean }) => returnMean! - lengthMean!)).toEqual(
      normalized.records.map(() => 0), // 1 for each step
    );
    expect(normalized.records).not.toEqual(plain.records);
    const last = rollouts[rollouts.length - 1]!;
    expect(last.reward.every((reward) => reward > 0 && reward < 0.5)).toBe(true);
    const spread = [...last.observation.values].reduce((sum, value) => sum + value ** 2, 0);
    expect(spread / last.observation.values.length).toBeGreaterThan(0.3); // CartPole's angles are about 0.01
    expect(Object.keys(policy.stateDict())).toContain("observation.mean");
  });

  it("takes the same first update as seed and as inner product, bit for bit, and a close one as surrogate", async () => {
    const run = async (apply: ApplyMode): Promise<number[][]> =>
      parametersOf((await train({ ...small, apply, steps: 256, evalEpisodes: 0 })).policy);
    const seeded = await run("seed");
    expect(await run("inner")).toEqual(seeded);
    (await run("surrogate")).forEach((values, i) => {
      values.forEach((value, j) => {
        expect(value).toBeCloseTo(seeded[i]![j]!, 3);
      });
    });
  });

  it("starts each rollout's first minibatch at the ratio 1", async () => {
    const inner = ppo();
    const ratios: number[] = [];
    let fresh = false;
    const watched = defineEstimator({
      ...inner,
      prepare(rollout) {
        fresh = true;
        return inner.prepare(rollout);
      },
      delta(batch, outputs) {
        if (fresh)
          ratios.push(...batch.distribution.logProb(batch.action).sub(batch.logProb).exp().dataSync());
        fresh = false;
        return inner.delta(batch, outputs);
      },
    });
    await train({ ...small, estimator: watched, evalEpisodes: 0 });
    expect(ratios.length).toBe(4 * 96);
    expect(ratios.every((ratio) => ratio === 1)).toBe(true);
  });

  it.each(["ppo", "reinforce"] as const)("learns which action pays, by %s", async (estimator) => {
    const result = await train({
      env: () => new Choice(),
      estimator,
      steps: 4096,
      numEnvs: 8,
      rolloutSteps: 32,
      learningRate: 3e-3,
      evalEpisodes: 20,
    });
    expect(result.evaluation!.mean).toBe(10);
  });

  it("learns a continuous action", async () => {
    const settings = { numEnvs: 8, rolloutSteps: 64, minibatchSize: 128, learningRate: 3e-3 };
    const result = await train({ env: () => new Aim(), steps: 16_384, ...settings, evalEpisodes: 20 });
    expect(result.evaluation!.mean).toBeGreaterThan(-0.02);
  });

  it.each([
    ["squashed", { squash: true }],
    ["with log σ of the network", { logStd: "network" as const }],
    ["explored by noise that lasts", { noiseEvery: 4, initialLogStd: -1 }],
  ])("learns a continuous action %s", async (_, settings) => {
    const sizes = { numEnvs: 8, rolloutSteps: 64, minibatchSize: 128, learningRate: 3e-3 };
    const result = await train({
      env: () => new Aim(),
      steps: 16_384,
      ...sizes,
      ...settings,
      evalEpisodes: 20,
    });
    expect(result.evaluation!.mean).toBeGreaterThan(-0.03);
  });

  it("trains and evaluates among allowed actions, and continues exactly", async () => {
    const taxi = {
      env: "Taxi-v4",
      actionMask: true,
      steps: 512,
      numEnvs: 2,
      rolloutSteps: 64,
      evalEpisodes: 2,
    };
    const uninterrupted = await train(taxi);
    const stop = stopAfter(2);
    await train({ ...taxi, callbacks: [stop] });
    const resumed = await train({ env: taxi.env, resume: stop.saved! });
    expect(parametersOf(resumed.policy)).toEqual(parametersOf(uninterrupted.policy));
    expect(resumed.evaluation).toEqual(uninterrupted.evaluation);
    // pickups and drop-offs in the wrong place cost 10, but are never allowed
    expect(Math.min(...resumed.evaluation!.returns)).toBeGreaterThanOrEqual(-200);
  });

  it("checkpoints environments that have no state, and continues them with new episodes", async () => {
    const stop = stopAfter(2);
    const settings = { steps: 1024, numEnvs: 4, rolloutSteps: 64, evalEpisodes: 0 };
    await train({ env: () => new Aim(), ...settings, callbacks: [stop] });
    expect(stop.saved!.progress).toMatchObject({ steps: 512, envs: null });
    const resumed = await train({ env: () => new Aim(), resume: stop.saved! });
    expect(resumed.steps).toBe(1024);
  });

  it("saves policies with the statistics that they act with", async () => {
    const stop = stopAfter(3);
    const result = await train({ ...small, normalizeObservation: true, callbacks: [stop] });
    const env = make(small.env);
    const policy = makePolicy(env, stop.saved!.settings);
    restorePolicy(policy, stop.saved!);
    expect(evaluate(policy, small.env, { episodes: 3 })).toEqual(result.evaluation);
    const { "observation.mean": mean } = policy.stateDict();
    expect([...mean!.dataSync()].every((value) => value !== 0)).toBe(true);
  });

  it("saves checkpoints whose policy evaluates as it did in training, and a log without duplicates after a resume", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradbridge-"));
    const files = { log: join(folder, "progress.jsonl"), checkpoint: join(folder, "checkpoint.safetensors") };
    const callbacks = (): Callback[] => [jsonlLogger(files.log), checkpoint(files.checkpoint, { every: 1 })];
    const result = await train({ ...small, callbacks: callbacks() });
    const saved = await loadCheckpoint(files.checkpoint);
    const again = await train({ ...small, steps: 256, evalEpisodes: 0 });
    restorePolicy(again.policy, saved);
    expect(evaluate(again.policy, small.env, { episodes: 3 })).toEqual(result.evaluation);

    await train({ env: small.env, resume: saved, steps: 2048, callbacks: callbacks() });
    const lines = (await readFile(files.log, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const updates = lines.filter(({ type }) => type === "update").map(({ update }) => update);
    expect(updates).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it("stops at a NaN with the name, the update and the checkpoint, and leaves the parameters finite", async () => {
    let end: TrainingEnd | undefined;
    let policy: Policy | undefined;
    const watch: Callback = {
      name: "watch",
      onStart(context) {
        policy = context.policy;
        context.lastCheckpoint = "here.safetensors";
      },
      onEnd(_, how) {
        end = how;
      },
    };
    const settings = { steps: 512, numEnvs: 1, rolloutSteps: 64, evalEpisodes: 0, callbacks: [watch] };
    await expect(train({ env: () => new Choice(100), ...settings })).rejects.toThrow(
      /update 2: reward is NaN.*Last good checkpoint: here/,
    );
    expect(end?.reason).toBe("failed");

    const inner = ppo();
    const poisoned = defineEstimator({
      ...inner,
      scalars: (progress) => ({ ...inner.scalars!(progress), poison: progress > 0.3 ? Number.NaN : 0 }),
      delta(batch, outputs) {
        const deltas = inner.delta(batch, outputs) as Record<string, Tensor>;
        return { ...deltas, value: deltas.value!.add(batch.scalars.poison!) };
      },
    });
    await expect(train({ env: () => new Choice(), ...settings, estimator: poisoned })).rejects.toMatchObject({
      code: "non-finite",
      message: expect.stringMatching(
        /update 4: ppo: δ for "value" is NaN in row 0.*step \d+ of environment 0/,
      ),
    });
    expect(parametersOf(policy!).flat().every(Number.isFinite)).toBe(true);
  });

  it("ends a rollout's epochs once the KL divergence of one is too large", async () => {
    const [free, strict] = [recorder(), recorder()];
    const settings = { ...small, epochs: 6, learningRate: 1e-2, evalEpisodes: 0 };
    await train({ ...settings, callbacks: [free] });
    await train({ ...settings, targetKl: 0.01, callbacks: [strict] });
    expect(free.records.map(({ epochs }) => epochs)).toEqual(free.records.map(() => 6));
    const stopped = strict.records.filter(({ epochs }) => epochs! < 6);
    expect(stopped.length).toBeGreaterThan(0);
    for (const { approxKl } of stopped) expect(approxKl).toBeGreaterThan(0.015);
    const first = strict.records[0]!;
    const same = recorder();
    // the same rollout learned from in as many epochs, without a limit
    await train({ ...settings, steps: 256, epochs: first.epochs!, callbacks: [same] });
    expect(same.records[0]).toEqual({ ...first, learningRate: settings.learningRate });
  });

  it("anneals along lines and half cosines", async () => {
    const rates = async (shape: "constant" | "linear" | "cosine"): Promise<number[]> => {
      const log = recorder();
      const settings = { learningRate: 1e-3, evalEpisodes: 0, learningRateSchedule: shape };
      await train({ ...small, ...settings, callbacks: [log] });
      return log.records.map(({ learningRate }) => learningRate!);
    };
    expect(await rates("constant")).toEqual([1e-3, 1e-3, 1e-3, 1e-3]);
    expect(await rates("linear")).toEqual([1e-3, 7.5e-4, 5e-4, 2.5e-4]);
    const cosine = await rates("cosine");
    [1, 0.853553, 0.5, 0.146447].forEach((share, i) => {
      expect(cosine[i]).toBeCloseTo(share * 1e-3, 8);
    });
  });

  it("anneals the entropy's weight: at 0 its gradient is gone", async () => {
    const run = async (settings: object): Promise<number[][]> =>
      parametersOf((await train({ ...small, evalEpisodes: 0, ...settings })).policy);
    const constant = await run({ entropy: 0.5 });
    const linear = await run({ entropy: 0.5, entropySchedule: "linear" });
    expect(linear).not.toEqual(constant);
    const first = { steps: 256, entropy: 0.5 };
    const [a, b] = [await run(first), await run({ ...first, entropySchedule: "linear" })];
    a.forEach((values, i) => {
      values.forEach((value, j) => {
        expect(b[i]![j]).toBeCloseTo(value, 5); // the first update sees the whole weight
      });
    });
  });

  it("runs an estimator that computes on the host every time, and one that does not the same way compiled", async () => {
    const inner = ppo();
    const onHost = defineEstimator({
      ...inner,
      delta(batch, outputs) {
        const deltas = inner.delta(batch, outputs) as Record<string, Tensor>;
        return Object.fromEntries(
          Object.entries(deltas).map(([name, delta]) => [name, delta.dataSync() as Float32Array]),
        );
      },
    });
    const [host, compiled] = [recorder(), recorder()];
    await train({ ...small, estimator: onHost, callbacks: [host] });
    await train({ ...small, estimator: ppo(), callbacks: [compiled] });
    expect(host.records).toEqual(compiled.records);
  });
});

/** Ten choices of which the first action pays 1; a NaN after `poison` steps. */
class Choice extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(0, 1, { shape: [1] });
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #poison: number;
  #count = 0;
  #total = 0;

  constructor(poison = Infinity) {
    super();
    this.#poison = poison;
  }

  reset(): ResetResult<Float32Array> {
    this.#count = 0;
    return [Float32Array.of(0), {}];
  }

  step(action: number): StepResult<Float32Array> {
    this.#total++;
    this.#count++;
    const reward = this.#total >= this.#poison ? Number.NaN : 1 - action;
    return [Float32Array.of(0), reward, this.#count === 10, false, {}];
  }
}

/** One step: the reward is minus the squared distance of the action from the observation. */
class Aim extends Env<Box, Box> {
  readonly observationSpace: Box = new Box(-1, 1, { shape: [1] });
  readonly actionSpace: Box = new Box(-2, 2, { shape: [1] });
  #target = 0;

  override reset({ seed }: { seed?: number | null } = {}): ResetResult<Float32Array> {
    this.reseed(seed ?? null);
    this.#target = Math.fround(this.random.uniform(-1, 1));
    return [Float32Array.of(this.#target), {}];
  }

  step(action: Float32Array): StepResult<Float32Array> {
    return [Float32Array.of(this.#target), -((action[0]! - this.#target) ** 2), true, false, {}];
  }
}
