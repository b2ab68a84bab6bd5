import {
  compile,
  devices,
  setDevice,
  type Tensor,
  tensor,
  type WebGpuBackend,
  zeros,
} from "@gradbridge/core";
import { CartPoleEnv, PendulumEnv } from "gymnasium-js";
import { beforeAll, describe, expect, test } from "vitest";
import { cartPole, deviceEnvironments, deviceTargets, pendulum, type Simulation } from "./index.ts";

const reason = (await devices(["webgpu"]))[0]!.reason ?? null;

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** Logits or means that depend on what is seen, so that actions do. */
const cartPolePolicy = (observation: Tensor) => ({
  logits: observation.matmul(
    tensor([
      [0.5, -0.5],
      [0.2, 0.1],
      [3, -3],
      [1, -1],
    ]),
  ),
});
const pendulumPolicy = (observation: Tensor) => {
  const mean = observation.matmul(tensor([[0.3], [-1.5], [-0.2]]));
  return { mean, logStd: mean.mul(0).sub(1) };
};

const cases: readonly [Simulation, (observation: Tensor) => Record<string, Tensor>][] = [
  [cartPole, cartPolePolicy],
  [pendulum, pendulumPolicy],
];

describe.each(["reference", "webgpu"])("on %s", (device) => {
  describe.skipIf(device === "webgpu" && reason !== null)(reason ?? "", () => {
    beforeAll(() => setDevice(device));

    test.each(cases)("$id: every step is Gymnasium's", async (simulation, policy) => {
      await setDevice(device);
      const [numEnvs, steps] = [9, 60];
      const environments = deviceEnvironments(simulation, { numEnvs, steps, seed: 3 });
      const rollout = environments.collect(policy);
      const { observation, action, reward, ended, next } = Object.fromEntries(
        await Promise.all(Object.entries(rollout).map(async ([name, x]) => [name, await values(x)])),
      ) as Record<keyof typeof rollout, number[]>;
      const size = simulation.observationSize;
      for (let row = 0; row < numEnvs * steps; row++) {
        const seen = observation.slice(row * size, (row + 1) * size);
        const host = simulation === cartPole ? cartPoleAt(seen) : pendulumAt(seen);
        const [after, earned, terminated] =
          host instanceof CartPoleEnv ? host.step(action[row]!) : host.step(Float32Array.of(action[row]!));
        for (let k = 0; k < size; k++) expect(next[row * size + k]).toBeCloseTo(after[k]!, 5);
        expect(reward[row]).toBeCloseTo(earned, 4);
        expect(ended[row] === 1).toBe(terminated);
        const follows = row + numEnvs;
        if (follows >= numEnvs * steps || ended[row] !== 0) continue;
        expect(observation.slice(follows * size, (follows + 1) * size)).toEqual(
          next.slice(row * size, (row + 1) * size),
        );
      }
      if (simulation === cartPole) expect(ended.filter((end) => end === 1).length).toBeGreaterThan(5);
    });
  });
});

function cartPoleAt(state: readonly number[]): CartPoleEnv {
  const env = new CartPoleEnv();
  env.reset({ seed: 0 });
  env.restore({ ...(env.state() as Record<string, never>), state: [...state], terminated: false } as never);
  return env;
}

function pendulumAt([cosine, sine, velocity]: readonly number[]): PendulumEnv {
  const env = new PendulumEnv();
  env.reset({ seed: 0 });
  const state = [Math.atan2(sine!, cosine!), velocity!];
  env.restore({ ...(env.state() as Record<string, never>), state } as never);
  return env;
}

describe.skipIf(reason !== null)(
  `whole trajectories${reason === null ? "" : ` (not run: ${reason})`}`,
  () => {
    test.each(cases)(
      "$id: the same random numbers give the same episodes on webgpu and on the host",
      async (simulation, policy) => {
        const run = async (device: string): Promise<Record<string, number[]>> => {
          await setDevice(device);
          const environments = deviceEnvironments(simulation, { numEnvs: 16, steps: 25, seed: 11 });
          environments.collect(policy); // the second rollout goes on where the first ended
          const rollout = environments.collect(policy);
          return Object.fromEntries(
            await Promise.all(Object.entries(rollout).map(async ([k, x]) => [k, await values(x)])),
          );
        };
        const [got, want] = [await run("webgpu"), await run("reference")];
        expect(Object.keys(got)).toEqual(Object.keys(want));
        for (const [name, list] of Object.entries(want)) {
          list.forEach((value, i) => {
            expect(Math.abs(got[name]![i]! - value), `${name}[${i}]`).toBeLessThan(
              2e-3 * (1 + Math.abs(value)),
            );
          });
        }
      },
    );

    test.each(cases)(
      "$id: compiled rollouts are the same bits, in one submission each",
      async (simulation, policy) => {
        await setDevice("webgpu");
        const sizes = { numEnvs: 12, steps: 10, seed: 4 };
        const weights = [policy, policy].map((_, turn) =>
          tensor(
            Float32Array.from({ length: simulation.observationSize * 2 }, (_, i) => Math.sin(i + turn)),
            { shape: [simulation.observationSize, 2] },
          ),
        );
        const chosen = zeros(weights[0]!.shape);
        const forward = (observation: Tensor) => {
          const outputs = observation.matmul(chosen);
          return simulation.choices === null
            ? { mean: outputs.slice([0, 0], [12, 1]), logStd: outputs.slice([0, 1], [12, 2]) }
            : { logits: outputs };
        };
        const run = async (compiled: boolean): Promise<number[][]> => {
          const environments = deviceEnvironments(simulation, sizes);
          const plain = () => ({ ...environments.collect(forward) });
          const collect = compiled ? compile(plain) : plain;
          const backend = environments.state.storage.backend as WebGpuBackend;
          const found: number[][] = [];
          for (const turn of [0, 1, 0, 1]) {
            chosen.assign(weights[turn]!); // as learning does between rollouts
            await chosen.data(); // everything before is sent
            const before = backend.statistics;
            const rollout = collect();
            const after = backend.statistics;
            if (compiled && found.length > 0) {
              expect(after.submissions - before.submissions).toBe(1);
              expect(after.dispatches - before.dispatches).toBeGreaterThan(3 * sizes.steps);
            }
            expect(after.bytesRead).toBe(before.bytesRead);
            expect(after.bytesWritten).toBe(before.bytesWritten);
            found.push((await Promise.all(Object.values(rollout).map(values))).flat());
          }
          return found;
        };
        const [want, got] = [await run(false), await run(true)];
        expect(got).toEqual(want);
        expect(want[2]).not.toEqual(want[0]);
      },
    );

    test("nothing is read back, and thousands of environments start differently", async () => {
      await setDevice("webgpu");
      const environments = deviceEnvironments(cartPole, { numEnvs: 5000, steps: 8 });
      const { statistics } = environments.observation.storage.backend as unknown as {
        statistics: { bytesRead: number };
      };
      const rollout = environments.collect(cartPolePolicy);
      const backend = rollout.reward.storage.backend as unknown as { statistics: { bytesRead: number } };
      expect(backend.statistics.bytesRead).toBe(statistics.bytesRead);
      const starts = await values(rollout.observation.slice([0, 0], [5000, 1]));
      expect(new Set(starts).size).toBeGreaterThan(4990);
      expect(Math.max(...starts.map(Math.abs))).toBeLessThanOrEqual(0.05);
    });
  },
);

describe("sampling", () => {
  test("choices come as often as softmax says, with their log-probabilities", async () => {
    await setDevice("reference");
    const numEnvs = 4000;
    const environments = deviceEnvironments(cartPole, { numEnvs, steps: 1, seed: 5 });
    const rollout = environments.collect(() => ({
      logits: tensor(
        Float32Array.from({ length: numEnvs * 2 }, (_, i) => (i % 2 === 0 ? 1 : 0)),
        {
          shape: [numEnvs, 2],
        },
      ),
    }));
    const [action, logProb] = [await values(rollout.action), await values(rollout.logProb)];
    const p = Math.E / (1 + Math.E);
    expect(action.filter((a) => a === 0).length / numEnvs).toBeCloseTo(p, 1);
    action.forEach((a, i) => {
      expect(logProb[i]).toBeCloseTo(Math.log(a === 0 ? p : 1 - p), 5);
    });
  });

  test("real actions are normal, with their log-probabilities", async () => {
    await setDevice("reference");
    const numEnvs = 4000;
    const environments = deviceEnvironments(pendulum, { numEnvs, steps: 1, seed: 5 });
    const filled = (value: number) => tensor(new Float32Array(numEnvs).fill(value), { shape: [numEnvs, 1] });
    const rollout = environments.collect(() => ({ mean: filled(2), logStd: filled(Math.log(0.5)) }));
    const [action, logProb] = [await values(rollout.action), await values(rollout.logProb)];
    const mean = action.reduce((sum, a) => sum + a, 0) / numEnvs;
    const variance = action.reduce((sum, a) => sum + (a - mean) ** 2, 0) / numEnvs;
    expect(mean).toBeCloseTo(2, 1);
    expect(variance).toBeCloseTo(0.25, 1);
    action.forEach((a, i) => {
      const u = (a - 2) / 0.5;
      expect(logProb[i]).toBeCloseTo(-0.5 * u * u - Math.log(0.5) - 0.5 * Math.log(2 * Math.PI), 4);
    });
  });

  test("a policy that puts out something else is told what is needed", async () => {
    await setDevice("reference");
    const environments = deviceEnvironments(cartPole, { numEnvs: 2, steps: 1 });
    expect(() => environments.collect(pendulumPolicy as never)).toThrow();
    expect(() => environments.collect(() => ({}))).toThrow(/must put out logits/);
    expect(() => deviceEnvironments(cartPole, { numEnvs: 0, steps: 1 })).toThrow(/numEnvs/);
  });
});

test.each(["reference", "webgpu"])("advantages on %s, by hand", async (device) => {
  if (device === "webgpu" && reason !== null) return;
  await setDevice(device);
  // two environments, three steps; γ = 0.5, λ = 0.5
  const rollout = {
    reward: tensor([1, 1, 2, 1, 4, 1]),
    ended: tensor([0, 0, 1, 2, 0, 0], { dtype: "int32" }),
  };
  const value = tensor([1, 2, 1, 2, 1, 2]);
  const nextValue = tensor([1, 2, 9, 4, 2, 6]);
  const targets = deviceTargets(rollout, { value, nextValue }, { numEnvs: 2, gamma: 0.5, lambda: 0.5 });
  // environment 0: δ₂ = 4 + 1 − 1 = 4; δ₁ = 2 − 1 = 1, terminated; δ₀ = 1 + 0.5 − 1 = 0.5, A₀ = 0.5 + ¼ · 1
  // environment 1: δ₂ = 1 + 3 − 2 = 2; δ₁ = 1 + 2 − 2 = 1, cut off;  δ₀ = 1 + 1 − 2 = 0,     A₀ = 0 + ¼ · 1
  expect(await values(targets.advantage)).toEqual([0.75, 0.25, 1, 1, 4, 2]);
  expect(await values(targets.returns)).toEqual([1.75, 2.25, 2, 3, 5, 4]);
});
