import { describe, expect, it } from "vitest";
import type { Info, StepResult } from "../env.ts";
import { CartPoleEnv } from "../environments/classic-control/cart-pole.ts";
import { make } from "../registration/make.ts";
import { makeVec } from "../registration/make-vec.ts";
import { MultiDiscrete } from "../spaces/multi-discrete.ts";
import { RecordEpisodeStatistics } from "../wrappers/record-episode-statistics.ts";
import { SyncVectorEnv } from "./sync-vector-env.ts";
import { addInfo, infoOf } from "./vector-info.ts";

const options = { numEnvs: 3, vectorizationMode: "sync" } as const;

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing thrown";
}

describe("SyncVectorEnv", () => {
  it("behaves as its environments alone, with seed + i", () => {
    const envs = makeVec("Pendulum-v1", options);
    const [observations] = envs.reset({ seed: 40 });
    const actions = Float32Array.of(1, -1, 0.5);
    const [next, rewards] = envs.step(actions);
    for (let i = 0; i < 3; i++) {
      const env = make("Pendulum-v1");
      env.reset({ seed: 40 + i });
      const [observation, reward] = env.step(actions.slice(i, i + 1));
      expect(next.slice(i * 3, i * 3 + 3)).toEqual(observation);
      expect(rewards[i]).toBe(reward);
    }
    expect(observations).toBe(next);
  });

  it("returns fresh arrays with copy", () => {
    const envs = makeVec("CartPole-v1", { ...options, copy: true });
    const [first] = envs.reset({ seed: 1 });
    const kept = first.slice();
    const [second, rewards] = envs.step(new Int32Array(3));
    expect(first).toEqual(kept);
    expect(envs.step(new Int32Array(3))[0]).not.toBe(second);
    expect(rewards).toEqual(Float64Array.of(1, 1, 1));
  });

  it("batches spaces, composite observations and lists of actions", () => {
    const envs = makeVec("Blackjack-v1", options);
    const [[sums, dealer, aces]] = envs.reset({ seed: 2 });
    for (let i = 0; i < 3; i++) {
      expect([sums[i], dealer[i], aces[i]]).toEqual(make("Blackjack-v1").reset({ seed: 2 + i })[0]);
    }
    expect(envs.actionSpace).toBeInstanceOf(MultiDiscrete);
    expect(envs.actionSpace.contains(envs.actionSpace.sample())).toBe(true);
    const [, , terminated] = envs.step([0, 1, 0]);
    expect([terminated[0], terminated[2]]).toEqual([1, 1]);
    expect(envs.observationSpace.contains(envs.reset()[0])).toBe(true);
  });

  it("takes a list of seeds, and leaves generators alone where it is null", () => {
    const envs = makeVec("CartPole-v1", options);
    const [first] = envs.reset({ seed: [7, 7, null] });
    expect(first.slice(0, 4)).toEqual(first.slice(4, 8));
    expect(first.slice(8)).not.toEqual(first.slice(0, 4));
  });

  it("batches infos under masks", () => {
    const envs = makeVec("Taxi-v4", options);
    const [, info] = envs.reset({ seed: 3 });
    expect(info).toMatchObject({ prob: Float64Array.of(1, 1, 1), _prob: Uint8Array.of(1, 1, 1) });
    expect((info.actionMask as Int8Array).length).toBe(18);
    const into: Record<string, unknown> = {};
    const told: Info = { flag: true, n: 2, row: Float32Array.of(1, 2), word: "x", deep: { n: 5 } };
    addInfo(into, told, 1, 3);
    expect(into).toEqual({
      flag: Uint8Array.of(0, 1, 0),
      _flag: Uint8Array.of(0, 1, 0),
      n: Float64Array.of(0, 2, 0),
      _n: Uint8Array.of(0, 1, 0),
      row: Float32Array.of(0, 0, 1, 2, 0, 0),
      _row: Uint8Array.of(0, 1, 0),
      word: [null, "x", null],
      _word: Uint8Array.of(0, 1, 0),
      deep: { n: Float64Array.of(0, 5, 0), _n: Uint8Array.of(0, 1, 0) },
      _deep: Uint8Array.of(0, 1, 0),
    });
    expect(infoOf(into, 1, 3)).toMatchObject({ n: 2, row: Float32Array.of(1, 2), word: "x", deep: { n: 5 } });
    expect(infoOf(into, 0, 3)).toEqual({});
  });

  it("gives the last observation and information of an episode in the same step", () => {
    const envs = makeVec("CartPole-v1", {
      ...options,
      autoresetMode: "same_step",
      maxEpisodeSteps: 4,
      wrappers: [(env) => new RecordEpisodeStatistics(env)],
    });
    envs.reset({ seed: 5 });
    for (let t = 0; t < 3; t++) envs.step(new Int32Array(3));
    const [observations, , , truncated, info] = envs.step(new Int32Array(3));
    expect(truncated).toEqual(Uint8Array.of(1, 1, 1));
    expect(info.finalObservation).not.toEqual(observations);
    expect(info.finalInfo).toMatchObject({
      episode: { l: Float64Array.of(4, 4, 4), r: Float64Array.of(4, 4, 4) },
      _episode: Uint8Array.of(1, 1, 1),
    });
    expect(envs.step(new Int32Array(3))[4]).toEqual({});
  });

  it("is never bypassed: a subclass that overrides step alone is stepped through step", () => {
    class Doubled extends CartPoleEnv {
      override step(action: number): StepResult<Float32Array> {
        const result = super.step(action);
        result[1] *= 2;
        return result;
      }
    }
    const envs = new SyncVectorEnv([() => new Doubled(), () => new CartPoleEnv()]);
    envs.reset({ seed: 0 });
    expect(envs.step(Int32Array.of(0, 0))[1]).toEqual(Float64Array.of(2, 1));
  });

  it("says what is wrong", () => {
    const envs = makeVec("CartPole-v1", { ...options, autoresetMode: "disabled", maxEpisodeSteps: 1 });
    expect(codeOf(() => envs.reset({ seed: [1, 2] }))).toBe("bad-seed");
    expect(codeOf(() => envs.reset({ options: { resetMask: [0, 0, 0] } }))).toBe("bad-option");
    envs.reset({ seed: 0 });
    expect(codeOf(() => envs.step(new Int32Array(2)))).toBe("invalid-action");
    expect(codeOf(() => envs.step(Int32Array.of(0, 0, 5)))).toBe("invalid-action");
    envs.reset({ seed: 0 });
    envs.step(new Int32Array(3));
    expect(codeOf(() => envs.step(new Int32Array(3)))).toBe("reset-needed");
    expect(codeOf(() => makeVec("CartPole-v1", { numEnvs: 0 }))).toBe("bad-kwarg");
    expect(codeOf(() => makeVec("CartPole-v1", { autoresetMode: "never" as never }))).toBe("bad-kwarg");
    expect(codeOf(() => makeVec("CartPole-v1", { vectorizationMode: "gpu" as never }))).toBe("bad-kwarg");
    expect(codeOf(() => makeVec("Taxi-v4", { vectorizationMode: "vector_entry_point" }))).toBe(
      "bad-entry-point",
    );
    const spaces = [() => make("CartPole-v1"), () => make("MountainCar-v0")] as const;
    expect(codeOf(() => new SyncVectorEnv<never, never>(spaces as never))).toBe("bad-space");
  });

  it("closes every environment once", () => {
    let closed = 0;
    class Closing extends CartPoleEnv {
      override close(): void {
        closed += 1;
      }
    }
    const envs = new SyncVectorEnv([() => new Closing(), () => new Closing()]);
    envs.close();
    envs.close();
    expect([closed, envs.closed]).toEqual([2, true]);
  });
});

describe("the native CartPole", () => {
  it("in the mode same_step keeps the last observations and starts again at once", () => {
    const envs = makeVec("CartPole-v1", { numEnvs: 4, autoresetMode: "same_step", maxEpisodeSteps: 3 });
    envs.reset({ seed: 1 });
    envs.step(new Int32Array(4));
    envs.step(new Int32Array(4));
    const [observations, rewards, , truncated, info] = envs.step(new Int32Array(4));
    expect(truncated).toEqual(Uint8Array.of(1, 1, 1, 1));
    expect(rewards).toEqual(Float64Array.of(1, 1, 1, 1));
    expect(info._finalObservation).toEqual(truncated);
    for (const value of observations) expect(Math.abs(value)).toBeLessThanOrEqual(0.05);
    expect((info.finalObservation as Float32Array)[1]).toBeLessThan(-0.4);
    expect(envs.step(new Int32Array(4))[3]).toEqual(new Uint8Array(4));
  });

  it("with autoreset disabled waits for a reset of the ended ones", () => {
    const envs = makeVec("CartPole-v1", {
      numEnvs: 3,
      autoresetMode: "disabled",
      maxEpisodeSteps: 2,
      copy: true,
    });
    envs.reset({ seed: 1 });
    envs.reset({ options: { resetMask: [0, 1, 0] } });
    envs.step(new Int32Array(3));
    const [before] = envs.step(new Int32Array(3));
    expect(codeOf(() => envs.step(new Int32Array(3)))).toBe("reset-needed");
    const [after] = envs.reset({ options: { resetMask: Uint8Array.of(1, 1, 1) } });
    expect(after).not.toEqual(before);
    expect(envs.step(new Int32Array(3))[3]).toEqual(new Uint8Array(3));
  });
});
