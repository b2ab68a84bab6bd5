import { describe, expect, it } from "vitest";
import { type Packed, readFixture, unpack } from "../../fixtures/read-fixture.ts";
import type { JsonValue } from "../../json.ts";
import { makeVec } from "../../registration/make-vec.ts";
import type { Box } from "../../spaces/box.ts";
import type { Discrete } from "../../spaces/discrete.ts";
import type { Space } from "../../spaces/space.ts";
import type { VectorEnv, VectorResetResult, VectorStepResult } from "../../vector/vector-env.ts";
import { ClipReward } from "../clip-reward.ts";
import { FlattenObservation } from "../flatten-observation.ts";
import { RescaleAction } from "../rescale-action.ts";
import { RescaleObservation } from "../rescale-observation.ts";
import { VectorDictInfoToList } from "./dict-info-to-list.ts";
import { VectorNormalizeObservation, VectorNormalizeReward } from "./normalize.ts";
import { VectorRecordEpisodeStatistics } from "./record-episode-statistics.ts";
import { VectorTransformAction, VectorTransformObservation, VectorTransformReward } from "./transform.ts";
import {
  VectorizeTransformAction,
  VectorizeTransformObservation,
  VectorizeTransformReward,
} from "./vectorize.ts";

interface Recording {
  readonly id: string;
  readonly wrapper: string;
  readonly args: readonly number[];
  readonly steps: number;
  readonly observations: Packed;
  readonly rewards: Packed;
  readonly returns: Packed;
  readonly lengths: Packed;
}

const WRAPPERS: Readonly<Record<string, (envs: VectorEnv, ...args: number[]) => VectorEnv>> = {
  NormalizeObservation: (envs) => new VectorNormalizeObservation(envs) as unknown as VectorEnv,
  NormalizeReward: (envs, gamma) => new VectorNormalizeReward(envs, gamma),
  RescaleObservation: (envs, low, high) =>
    new VectorizeTransformObservation(envs, (env) => new RescaleObservation<Space, Space>(env, low!, high!)),
  RescaleAction: (envs, low, high) =>
    new VectorizeTransformAction(envs, (env) => new RescaleAction<Space, Space>(env, low!, high!)),
  ClipReward: (envs, low, high) =>
    new VectorizeTransformReward(envs, (env) => new ClipReward(env, low!, high!)),
  FlattenObservation: (envs) =>
    new VectorizeTransformObservation(envs, (env) => new FlattenObservation<Space, Space>(env)),
  RecordEpisodeStatistics: (envs) => new VectorRecordEpisodeStatistics(envs),
};

function made({ id, wrapper, args }: Recording): VectorEnv {
  const envs = makeVec(id as string, { numEnvs: 3, vectorizationMode: "sync", copy: true });
  return WRAPPERS[wrapper]!(envs, ...args);
}

describe.each(Object.entries(readFixture<Readonly<Record<string, Recording>>>("vector-wrappers")))(
  "%s agrees with Gymnasium 1.3.0",
  (_, recording) => {
    it("in observations, rewards and statistics", () => {
      const envs = made(recording);
      const observations = unpack(recording.observations);
      const rewards = unpack(recording.rewards);
      const statistics = { returns: [] as number[], lengths: [] as number[] };
      envs.actionSpace.seed(1);
      let at = 0;
      const compare = (batch: unknown): void => {
        for (const value of batch as Iterable<number>) expect(Math.fround(value)).toBe(observations[at++]);
        expect(envs.observationSpace.contains(batch)).toBe(true);
      };
      compare((envs.reset({ seed: 1 }) as VectorResetResult<unknown>)[0]);
      for (let t = 0; t < recording.steps; t++) {
        const [batch, reward, , , info] = envs.step(envs.actionSpace.sample()) as VectorStepResult<unknown>;
        compare(batch);
        reward.forEach((value, i) => {
          // NumPy sums float32 returns in another order.
          expect(value).toBeCloseTo(rewards[3 * t + i]!, 5);
        });
        const { r, l } = (info.episode ?? { r: [], l: [] }) as { r: Iterable<number>; l: Iterable<number> };
        statistics.returns.push(...r);
        statistics.lengths.push(...l);
      }
      expect(at).toBe(observations.length);
      expect(statistics.returns).toEqual(Array.from(unpack(recording.returns)));
      expect(statistics.lengths).toEqual(Array.from(unpack(recording.lengths)));
    });

    it("and continues exactly from its state", () => {
      const [envs, again] = [made(recording), made(recording)];
      envs.actionSpace.seed(2);
      const actions = Array.from({ length: 30 }, () => envs.actionSpace.sample());
      const run = (target: VectorEnv, some: readonly unknown[]): unknown[] =>
        some.map((action) => (target.step(action) as VectorStepResult<unknown>).slice(0, 4));
      envs.reset({ seed: 2 });
      run(envs, actions.slice(0, 12));
      again.restore!(JSON.parse(JSON.stringify(envs.state!())) as JsonValue);
      expect(run(again, actions.slice(12))).toEqual(run(envs, actions.slice(12)));
    });
  },
);

describe("vector wrappers", () => {
  it("count episodes in every autoreset mode", () => {
    for (const autoresetMode of ["next_step", "same_step"] as const) {
      const envs = makeVec("CartPole-v1", {
        numEnvs: 2,
        vectorizationMode: "sync",
        autoresetMode,
        maxEpisodeSteps: 5,
      });
      const counted = new VectorRecordEpisodeStatistics(envs, 3);
      counted.reset({ seed: 0 });
      for (let t = 0; t < 30; t++) counted.step(Int32Array.of(t % 2, t % 2));
      expect(counted.recent).toEqual(new Array(3).fill({ r: 5, l: 5, t: expect.any(Number) }));
      expect(counted.episodeCount).toBe(autoresetMode === "next_step" ? 10 : 12);
    }
  });

  it("change batches by functions, last observations too", () => {
    const envs = makeVec("CartPole-v1", {
      numEnvs: 2,
      vectorizationMode: "sync",
      autoresetMode: "same_step",
      maxEpisodeSteps: 1,
      copy: true,
    });
    const plain = makeVec("CartPole-v1", {
      numEnvs: 2,
      vectorizationMode: "sync",
      autoresetMode: "same_step",
      maxEpisodeSteps: 1,
    });
    const doubled = new VectorTransformObservation<Box, Discrete>(envs, (batch) =>
      batch.map((value) => value * 2),
    );
    const flipped = new VectorTransformAction<Box, Discrete>(doubled, (actions) =>
      Int32Array.from(actions as Int32Array, (action) => 1 - action),
    );
    const negated = new VectorTransformReward(flipped, (rewards) => rewards.map((reward) => -reward));
    negated.reset({ seed: 3 });
    plain.reset({ seed: 3 });
    const [, rewards, , , info] = negated.step(Int32Array.of(0, 1)) as VectorStepResult<Float32Array>;
    const expected = plain.step(Int32Array.of(1, 0));
    expect(rewards).toEqual(Float64Array.of(-1, -1));
    expect(info.finalObservation).toEqual(
      (expected[4].finalObservation as Float32Array).map((value) => value * 2),
    );
    expect(String(negated)).toBe(
      "<VectorTransformReward, <VectorTransformAction, <VectorTransformObservation, SyncVectorEnv(CartPole-v1, numEnvs=2)>>>",
    );
    negated.close();
    expect([negated.closed, envs.closed, negated.unwrapped]).toEqual([true, true, envs]);
  });

  it("list infos", () => {
    const envs = new VectorDictInfoToList(makeVec("FrozenLake-v1", { numEnvs: 2 }));
    expect((envs.reset({ seed: 1 }) as VectorResetResult<unknown>)[1]).toEqual({
      list: [{ prob: 1 }, { prob: 1 }],
    });
  });

  it("say where they do not fit", () => {
    const envs = makeVec("CartPole-v1", { numEnvs: 2, autoresetMode: "same_step" });
    expect(() => new VectorNormalizeObservation(envs as unknown as VectorEnv)).toThrow(/next_step/);
    expect(
      () => new VectorNormalizeObservation(makeVec("Taxi-v4", { numEnvs: 2 }) as unknown as VectorEnv),
    ).toThrow(/Box/);
  });
});
