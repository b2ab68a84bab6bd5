/** Training on a device that can only be read asynchronously: acting stays on the host, a twin of the policy learns. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { devices, setDevice, type Tensor, type WebGpuBackend, zeros } from "@gradbridge/core";
import { actorCritic, categoricalHead } from "@gradbridge/policy";
import { afterAll, describe, expect, test, vi } from "vitest";
import { defineCallback } from "../callbacks/callback.ts";
import { comparedModes, compareModes } from "../comparing/compare-modes.ts";
import { defineEstimator } from "../estimators/estimator.ts";
import { ppo } from "../estimators/policy-gradient/ppo.ts";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.ts";
import { type TrainConfig, train } from "./train.ts";

const reason = (await devices(["webgpu"]))[0]!.reason ?? null;

vi.setConfig({ testTimeout: 300_000 }); // SwiftShader on a busy machine

const config = {
  env: "CartPole-v1",
  seed: 3,
  steps: 768,
  numEnvs: 8,
  rolloutSteps: 32,
  minibatchSize: 128,
  epochs: 3,
  hidden: [16, 16],
  evalEpisodes: 10,
} satisfies TrainConfig;

const parametersOf = async (options: TrainConfig): Promise<number[]> => {
  const { policy } = await train(options);
  const lists = await Promise.all(
    policy.parameters().map(async (parameter) => [...(await parameter.data())]),
  );
  return lists.flat();
};

function expectClose(got: readonly number[], want: readonly number[], tolerance: number): void {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => {
    expect(Math.abs(value - want[i]!)).toBeLessThan(tolerance);
  });
}

describe.skipIf(reason !== null)(`train on webgpu${reason === null ? "" : ` (not run: ${reason})`}`, () => {
  afterAll(() => setDevice("wasm"));

  test("ppo learns as on wasm, up to the device's rounding, and reports the same", async () => {
    const options = { ...config, steps: 256 };
    const got = await train({ ...options, device: "webgpu" });
    const want = await train({ ...options, device: "wasm" });
    expect(got.updates).toBe(want.updates);
    const lists = async ({ policy }: typeof got) =>
      (await Promise.all(policy.parameters().map(async (p) => [...(await p.data())]))).flat();
    expectClose(await lists(got), await lists(want), 1e-4);
  });

  test("a rollout's learning reads the measures of each epoch and the parameters, nothing per step", async () => {
    await setDevice("webgpu");
    const backend = zeros([1]).storage.backend as WebGpuBackend;
    const before = backend.statistics.bytesRead;
    const result = await train({ ...config, steps: 256, device: "webgpu" });
    const parameterBytes = result.policy.parameters().reduce((sum, { size }) => sum + size * 4, 0);
    const perEpoch = (256 / 128) * 4 * 6; // two steps, the norm and at most five diagnostics
    const read = backend.statistics.bytesRead - before;
    expect(read).toBeGreaterThanOrEqual(parameterBytes);
    expect(read).toBeLessThanOrEqual(parameterBytes + perEpoch * config.epochs + 4);
  });

  test("a gradient that is not finite ends the run; the policy keeps the parameters of the last good update", async () => {
    const inner = ppo();
    const poisoned = defineEstimator({
      ...inner,
      name: "mine",
      scalars: (progress) => ({ ...inner.scalars!(progress), poison: progress > 0.3 ? Number.NaN : 0 }),
      delta(batch, outputs) {
        const deltas = inner.delta(batch, outputs);
        return { ...deltas, logits: (deltas.logits as Tensor).add(batch.scalars.poison!) };
      },
    });
    let [before, after]: number[][] = [];
    const watch = defineCallback({
      name: "watch",
      onUpdate({ policy }) {
        before = policy.parameters().flatMap((parameter) => [...parameter.dataSync()]);
      },
      onEnd({ policy }) {
        after = policy.parameters().flatMap((parameter) => [...parameter.dataSync()]);
      },
    });
    const run = train({ ...config, estimator: poisoned, device: "webgpu", callbacks: [watch] });
    await expect(run).rejects.toMatchObject({
      code: "non-finite",
      message: /update 3: mine: a gradient holds NaN/,
    });
    expect(before!.every(Number.isFinite)).toBe(true);
    expect(after).toEqual(before);
  });

  test("modes are compared there too: their parameter gradients are computed where the policy acts", async () => {
    const modes = comparedModes.filter(({ name }) => name !== "surrogate, behavior");
    const { seed, ...others } = config;
    const runs = await compareModes({ ...others, steps: 256, seeds: [seed], modes, device: "webgpu" });
    expect(runs).toHaveLength(3);
    for (const { updates } of runs) expect(updates[0]!.cosine).toBeCloseTo(1, 5);
  });

  test("a policy of one's own that lives on the device is refused, with what to do", async () => {
    await setDevice("webgpu");
    const policy = actorCritic({ observationSize: 4, head: categoricalHead(2), hidden: [4] });
    await expect(train({ ...config, policy, device: "webgpu" })).rejects.toThrow(
      /cannot both act and learn there/,
    );
  });

  test("a run goes on from its checkpoint, here or on another device after this one failed", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gradbridge-webgpu-"));
    try {
      const path = join(folder, "checkpoint.safetensors");
      const whole = await parametersOf({ ...config, device: "webgpu" });
      const backend = zeros([1]).storage.backend;
      const failing = defineCallback({
        name: "failing",
        async onUpdate(context) {
          if (context.update === 1) await saveCheckpoint(path, await context.checkpoint());
          if (context.update === 2) context.stop("enough");
        },
      });
      await train({ ...config, device: "webgpu", callbacks: [failing] });
      await setDevice("webgpu");
      const resume = await loadCheckpoint(path);
      expect(resume.progress.update).toBe(1);
      expectClose(await parametersOf({ env: config.env, resume, device: "webgpu" }), whole, 1e-6);

      const lost = defineCallback({ name: "lost", onUpdate: () => backend.dispose() });
      const broken = train({ ...config, device: "webgpu", callbacks: [lost] });
      await expect(broken).rejects.toThrow(expect.objectContaining({ code: "device" }));
      await setDevice("wasm");
      const again = await loadCheckpoint(path);
      expectClose(await parametersOf({ env: config.env, resume: again, device: "wasm" }), whole, 1e-2);
      expectClose(await parametersOf({ env: config.env, resume: again, device: "webgpu" }), whole, 1e-6);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
