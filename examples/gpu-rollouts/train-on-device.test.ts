import { devices, setDevice, type WebGpuBackend, zeros } from "@gradbridge/core";
import { describe, expect, test } from "vitest";
import { defaults, type Options, type Progress, trainOnDevice } from "./train-on-device.ts";

const reason = (await devices(["webgpu"]))[0]!.reason ?? null;

const small: Options = { ...defaults, numEnvs: 64, epochs: 3, minibatchSize: 1024, hidden: [16, 16] };

async function run(device: string, options: Options): Promise<Progress[]> {
  await setDevice(device);
  const log: Progress[] = [];
  await trainOnDevice(options, (progress) => log.push(progress));
  return log;
}

describe.skipIf(reason !== null)(`on webgpu${reason === null ? "" : ` (not run: ${reason})`}`, () => {
  test("cart-poles stand longer and longer; three numbers are read per update", async () => {
    await setDevice("webgpu");
    const backend = zeros([1]).storage.backend as WebGpuBackend;
    const before = backend.statistics.bytesRead;
    const log = await run("webgpu", { ...small, updates: 10 });
    expect(backend.statistics.bytesRead - before).toBe(10 * 3 * 4);
    expect(log[0]!.lengthMean).toBeLessThan(40);
    expect(log[9]!.lengthMean).toBeGreaterThan(2 * log[0]!.lengthMean);
  }, 300_000);

  test("the first update is that of the host", async () => {
    const options = { ...small, numEnvs: 16, steps: 8, minibatchSize: 128, epochs: 1, updates: 2 };
    for (const env of ["CartPole-v1", "Pendulum-v1"]) {
      const [got, want] = [await run("webgpu", { ...options, env }), await run("wasm", { ...options, env })];
      got.forEach(({ rewardMean, gradNorm }, i) => {
        expect(rewardMean).toBeCloseTo(want[i]!.rewardMean, 2);
        expect(gradNorm / want[i]!.gradNorm).toBeCloseTo(1, 2);
      });
    }
  }, 300_000);
});

test("pendulums learn to stand; the same kernels, in JavaScript", async () => {
  const settings = {
    env: "Pendulum-v1",
    numEnvs: 16,
    steps: 200,
    minibatchSize: 200,
    epochs: 6,
    updates: 20,
  };
  const discounts = { gamma: 0.9, lambda: 0.95 };
  const log = await run("wasm", {
    ...small,
    ...settings,
    ...discounts,
    hidden: [32, 32],
    learningRate: 5e-3,
  });
  const returns = log.map(({ rewardMean }) => rewardMean * 200); // every rollout is one whole episode of each
  expect(Math.max(...returns.slice(0, 3))).toBeLessThan(-1000);
  expect(Math.min(...returns.slice(-3))).toBeGreaterThan(-450);
}, 60_000);

test("an environment without kernels is named with those that have them", async () => {
  await expect(run("wasm", { ...small, env: "Acrobot-v1" })).rejects.toThrow(
    /Acrobot-v1.*CartPole-v1, Pendulum-v1/,
  );
});
