import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Discrete, makeVec, type Space, type VectorEnv } from "gymnasium-js";
import { afterEach, describe, expect, it } from "vitest";
import { type PythonGymnasiumOptions, pythonGymnasium } from "./python-gymnasium.ts";

const made: VectorEnv[] = [];

async function start(options: Partial<PythonGymnasiumOptions>): Promise<VectorEnv> {
  const envs = await pythonGymnasium({ id: "Count-v0", numEnvs: 2, onPrint: () => {}, ...options });
  made.push(envs);
  return envs;
}

afterEach(async () => {
  for (const envs of made.splice(0)) await envs.close();
});

const standIn = fileURLToPath(new URL("fixtures/python.mjs", import.meta.url));
const actions = new Int32Array(2);

describe.skipIf(process.platform === "win32")(
  "pythonGymnasium, with a program that stands in for Python",
  () => {
    it("gives batches, and the last observation of an episode that ended", async () => {
      const envs = await start({ python: standIn });
      expect(envs.toString()).toBe("PythonVectorEnv(Count-v0, numEnvs=2)");
      expect(envs.autoresetMode).toBe("same_step");
      expect(envs.observationSpace.toString()).toBe("Box(-inf, inf, (2, 1), float32)");
      expect(envs.actionSpace.toString()).toBe("MultiDiscrete([2 2])");
      await expect(async () => envs.step(actions)).rejects.toMatchObject({ code: "reset-needed" });
      expect(await envs.reset()).toEqual([Float32Array.of(0, 0), {}]);
      for (let i = 1; i < 5; i++) {
        const [observations, rewards, terminated, truncated] = await envs.step(actions);
        expect(observations).toEqual(Float32Array.of(i, i));
        expect(rewards).toEqual(Float64Array.of(1, 1));
        expect([terminated, truncated]).toEqual([new Uint8Array(2), new Uint8Array(2)]);
      }
      const [observations, , , truncated, info] = await envs.step([0, 1]);
      expect([observations, truncated]).toEqual([Float32Array.of(0, 0), Uint8Array.of(1, 1)]);
      expect(info.finalObservation).toEqual(Float32Array.of(5, 5));
      expect(info._finalObservation).toEqual(Uint8Array.of(1, 1));
      await envs.close();
      await expect(async () => envs.step(actions)).rejects.toMatchObject({ code: "closed" });
    });

    it.each(["dies", "hangs"])(
      "replaces a process that %s: episodes are truncated where they were seen",
      async (fault) => {
        const folder = mkdtempSync(join(tmpdir(), "python-gymnasium-"));
        try {
          const told: string[] = [];
          const envs = await start({
            python: standIn,
            kwargs: { fault, at: 3, healed: join(folder, "healed") },
            timeoutMilliseconds: fault === "hangs" ? 1000 : 20_000,
            onRestart: ({ code }) => told.push(code),
          });
          await envs.reset({ seed: 100 });
          await envs.step(actions);
          await envs.step(actions);
          const [observations, rewards, terminated, truncated, info] = await envs.step(actions);
          expect(told).toEqual([fault === "dies" ? "program-exit" : "program-timeout"]);
          expect(observations).toEqual(Float32Array.of(102, 102)); // reset with another seed
          expect([rewards, terminated, truncated]).toEqual([
            new Float64Array(2),
            new Uint8Array(2),
            Uint8Array.of(1, 1),
          ]);
          expect(info.finalObservation).toEqual(Float32Array.of(102, 102)); // 100 and two steps
          expect(info.restart).toMatch(/^Count-v0 in Python /);
          expect((await envs.step(actions))[0]).toEqual(Float32Array.of(103, 103));
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    );

    it("gives up after the restarts allowed, and at once where episodes cannot be cut", async () => {
      const dying = { python: standIn, kwargs: { fault: "dies", at: 1 }, onRestart: () => {} };
      const envs = await start({ ...dying, maxRestarts: 2 });
      await envs.reset();
      await envs.step(actions);
      await envs.step(actions);
      await expect(async () => envs.step(actions)).rejects.toMatchObject({ code: "program-exit" });
      const other = await start({ ...dying, autoresetMode: "next_step" });
      await other.reset();
      await expect(async () => other.step(actions)).rejects.toMatchObject({ code: "program-exit" });
    });

    it("hands on what Python raises", async () => {
      const envs = await start({ python: standIn, kwargs: { fault: "raises", at: 1 } });
      await envs.reset();
      await expect(async () => envs.step(actions)).rejects.toMatchObject({
        code: "program-error",
        message: "Count-v0 in Python reports: ValueError: no such action",
      });
    });

    it.each(["observation", "reward", "truncated"])("refuses %s of the wrong size or kind", async (wrong) => {
      const envs = await start({ python: standIn, kwargs: { fault: "sends", at: 1, wrong } });
      await envs.reset();
      await expect(async () => envs.step(actions)).rejects.toMatchObject({ code: "program-protocol" });
    });

    it("says what is missing, and what is wrong", async () => {
      await expect(start({ python: standIn, kwargs: { fault: "no module" } })).rejects.toMatchObject({
        code: "missing-package",
        message: expect.stringContaining("-m pip install gymnasium numpy"),
      });
      await expect(start({ python: "no-such-python" })).rejects.toMatchObject({ code: "program-start" });
      for (const numEnvs of [0, 1.5]) {
        await expect(start({ python: standIn, numEnvs })).rejects.toMatchObject({ code: "bad-kwarg" });
      }
      const envs = await start({ python: standIn });
      await expect(envs.reset({ seed: -1 })).rejects.toMatchObject({ code: "bad-seed" });
      await envs.reset();
      await expect(async () => envs.step(new Int32Array(3))).rejects.toMatchObject({
        code: "invalid-action",
      });
    });
  },
);

const python = process.env.PYTHON ?? "python3";

function missing(): string | null {
  try {
    execFileSync(python, ["-c", "import gymnasium, numpy"], { stdio: "pipe" });
    return null;
  } catch (error) {
    const { stderr } = error as { readonly stderr?: Buffer };
    return String(stderr ?? error)
      .trim()
      .split("\n")
      .at(-1)!;
  }
}

const reason = missing();
const unless = reason === null ? "" : ` (not run, ${python}: ${reason})`;

describe.skipIf(reason !== null)(`pythonGymnasium, with Gymnasium in Python${unless}`, () => {
  it.each(["CartPole-v1", "MountainCarContinuous-v0", "FrozenLake-v1", "Taxi-v4", "Blackjack-v1"])(
    "runs %s as gymnasium-js does: spaces, observations, rewards, flags",
    async (id) => {
      const options = { numEnvs: 3, autoresetMode: "same_step" } as const;
      const envs = await start({ id, python, ...options });
      const own = makeVec(id, { ...options, vectorizationMode: "sync" }) as unknown as VectorEnv;
      expect(envs.singleObservationSpace.toString()).toBe(own.singleObservationSpace.toString());
      expect(envs.singleActionSpace.toString()).toBe(own.singleActionSpace.toString());
      own.actionSpace.seed(5);
      expect((await envs.reset({ seed: 7 }))[0]).toEqual((await own.reset({ seed: 7 }))[0]);
      let ended = 0;
      for (let step = 0; step < 150; step++) {
        const chosen = own.actionSpace.sample();
        const theirs = await envs.step(chosen as never);
        const ours = await own.step(chosen as never);
        expect(theirs.slice(0, 4)).toEqual(ours.slice(0, 4));
        expect(theirs[4].finalObservation).toEqual(ours[4].finalObservation);
        if (ours[4].finalObservation !== undefined) ended++;
      }
      if (id !== "MountainCarContinuous-v0" && id !== "Taxi-v4") expect(ended).toBeGreaterThan(0);
    },
  );

  it.each(["async", "vector_entry_point"] as const)(
    "runs a vector of the kind %s",
    async (vectorizationMode) => {
      const envs = await start({ id: "CartPole-v1", numEnvs: 4, python, vectorizationMode });
      expect(envs.autoresetMode).toBe(vectorizationMode === "async" ? "same_step" : "next_step");
      await envs.reset({ seed: 1 });
      for (let step = 0; step < 40; step++) {
        const [observations] = await envs.step(new Int32Array(4).fill(1));
        expect(envs.observationSpace.contains(observations)).toBe(true);
      }
    },
  );

  it("tells in Python's words what is wrong with an id, an argument or an action", async () => {
    await expect(start({ id: "Cartpole-v1", python })).rejects.toMatchObject({
      code: "program-start",
      message: expect.stringMatching(/NameNotFound/),
    });
    await expect(start({ id: "CartPole-v1", python, kwargs: { gravitty: 1 } })).rejects.toThrow(/gravitty/);
    const envs = await start({ id: "CartPole-v1", python });
    await envs.reset();
    expect((envs.singleActionSpace as unknown as Discrete) instanceof Discrete).toBe(true);
    await expect(async () => envs.step(Int32Array.of(0, 9))).rejects.toMatchObject({ code: "program-error" });
  });

  it("sends flags, numbers and texts among infos", async () => {
    const envs = await start({ id: "Taxi-v4", numEnvs: 2, python });
    const [, info] = await envs.reset({ seed: 1 });
    expect(info.prob).toEqual(Float64Array.of(1, 1));
    expect(info._prob).toEqual(Uint8Array.of(1, 1));
    expect(info.action_mask).toBeInstanceOf(Int8Array);
    expect(info.action_mask).toHaveLength(12);
    const space: Space = envs.singleObservationSpace;
    expect(space.toString()).toBe("Discrete(500)");
  });

  it("sends composite spaces, wide integers and whatever an environment tells, while it prints", async () => {
    const folder = mkdtempSync(join(tmpdir(), "python-gymnasium-"));
    try {
      writeFileSync(join(folder, "odd_envs.py"), oddEnvs);
      let printed = "";
      const envs = await start({
        id: "odd_envs:Odd-v0",
        python,
        env: { PYTHONPATH: folder },
        kwargs: { length: 2 },
        onPrint: (text) => {
          printed += text;
        },
      });
      expect(envs.singleObservationSpace.toString()).toBe(
        "Dict('place': Box(-1000, 1000, (2, 2), int32), 'sight': Tuple(Discrete(3), Box(-inf, inf, (1,), float64)))",
      );
      const [first] = await envs.reset({ seed: 4 });
      expect(first).toEqual({
        place: Int32Array.of(0, 0, 0, 0, 0, 0, 0, 0),
        sight: [Int32Array.of(0, 0), Float64Array.of(0.1, 0.1)],
      });
      const actions = { push: Float32Array.of(0.5, 0.25), kind: Int8Array.of(1, 0, 1, 0, 1, 1) };
      const [next, rewards, , , told] = await envs.step(actions as never);
      expect(next).toMatchObject({ place: Int32Array.of(1, 1, 1, 1, 1, 1, 1, 1) });
      expect(rewards).toEqual(Float64Array.of(0.5 + 2, 0.25 + 2));
      expect(told).toMatchObject({
        word: ["ä", "ä"],
        nothing: [null, null],
        deep: { number: Float64Array.of(1, 1) },
      });
      const [, , terminated, , info] = await envs.step([
        { push: Float32Array.of(0), kind: Int8Array.of(0, 0, 0) },
        { push: Float32Array.of(1), kind: Int8Array.of(1, 1, 1) },
      ] as never);
      expect(terminated).toEqual(Uint8Array.of(1, 1));
      expect(info.finalObservation).toMatchObject({ place: new Int32Array(8).fill(2) });
      expect(info.finalInfo).toMatchObject({ word: ["ä", "ä"] });
      expect(printed).toContain("step 2\n");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

const oddEnvs = `
import gymnasium as gym
import numpy as np
from gymnasium import spaces

class Odd(gym.Env):
    def __init__(self, length):
        self.length = length
        place = spaces.Box(-1000, 1000, (2, 2), np.int64)
        sight = spaces.Tuple([spaces.Discrete(3), spaces.Box(-np.inf, np.inf, (1,), np.float64)])
        self.observation_space = spaces.Dict({"place": place, "sight": sight})
        self.action_space = spaces.Dict({"kind": spaces.MultiBinary(3), "push": spaces.Box(-1, 1, (1,))})

    def look(self):
        return {"place": np.full((2, 2), self.count), "sight": (self.count, np.array([0.1]))}

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.count = 0
        return self.look(), {}

    def step(self, action):
        assert self.action_space.contains(action), action
        self.count += 1
        print("step", self.count)
        told = {"word": "ä", "nothing": float("nan") if self.count < 0 else None, "deep": {"number": self.count}}
        reward = float(action["push"][0]) + int(action["kind"].sum())
        return self.look(), reward, self.count == self.length, False, told

gym.register("Odd-v0", Odd)
`;
