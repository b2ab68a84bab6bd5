import { describe, expect, it } from "vitest";
import { type Packed, readFixture, unpack } from "../fixtures/read-fixture.ts";
import { makeVec, type VectorizationMode } from "../registration/make-vec.ts";
import { SyncVectorEnv } from "./sync-vector-env.ts";
import type { AutoresetMode } from "./vector-env.ts";

interface Recording {
  readonly id: string;
  readonly mode: VectorizationMode;
  readonly autoreset: AutoresetMode;
  readonly numEnvs: number;
  readonly kwargs: { readonly sutton_barto_reward?: boolean; readonly max_episode_steps?: number };
  readonly seeds: number;
  readonly steps: number;
  readonly actions: Packed;
  readonly observations: Packed;
  readonly rewards: Packed;
  readonly flags: Packed;
  readonly finals: Packed;
  readonly states: readonly (readonly unknown[])[];
}

/** The numbers of a batch; those of a tuple one part after the other. */
function numbersOf(batch: unknown): ArrayLike<number> {
  if (typeof batch === "number") return [batch];
  return Array.isArray(batch)
    ? batch.flatMap((part) => Array.from(numbersOf(part)))
    : (batch as ArrayLike<number>);
}

describe.each([
  "vector-cart-pole-next-step",
  "vector-cart-pole-same-step",
  "vector-cart-pole-disabled",
  "vector-cart-pole-native",
  "vector-cart-pole-native-options",
  "vector-cart-pole-limit",
  "vector-pendulum",
  "vector-taxi",
  "vector-blackjack",
])("%s agrees with Gymnasium 1.3.0", (name) => {
  const recording = readFixture<Recording>(name);
  const { numEnvs } = recording;
  const recorded = {
    actions: unpack(recording.actions),
    observations: unpack(recording.observations),
    rewards: unpack(recording.rewards),
    flags: unpack(recording.flags),
    finals: unpack(recording.finals),
  };

  it("in sampled actions, observations, rewards, flags, final observations and generator states", () => {
    const { sutton_barto_reward: suttonBartoReward, max_episode_steps: maxEpisodeSteps } = recording.kwargs;
    const envs = makeVec(recording.id, {
      numEnvs,
      vectorizationMode: recording.mode,
      autoresetMode: recording.autoreset,
      ...(suttonBartoReward === undefined ? {} : { suttonBartoReward }),
      ...(maxEpisodeSteps === undefined ? {} : { maxEpisodeSteps }),
    });
    const at = { actions: 0, observations: 0, rewards: 0, flags: 0, finals: 0 };
    const compare = (what: keyof typeof at, found: ArrayLike<number>): void => {
      for (let i = 0; i < found.length; i++) {
        const expected = recorded[what][at[what] + i];
        if (found[i] !== expected)
          expect.fail(`${what} ${at[what] + i}: got ${found[i]}, recorded ${expected}`);
      }
      at[what] += found.length;
    };
    for (let seed = 0; seed < recording.seeds; seed++) {
      envs.actionSpace.seed(seed);
      compare("observations", numbersOf(envs.reset({ seed })[0]));
      for (let t = 0; t < recording.steps; t++) {
        const actions = envs.actionSpace.sample();
        compare("actions", numbersOf(actions));
        const [observations, rewards, terminated, truncated, info] = envs.step(actions);
        compare("observations", numbersOf(observations));
        compare("rewards", rewards.map(Math.fround));
        compare(
          "flags",
          terminated.map((flag, i) => flag | (truncated[i]! << 1)),
        );
        const done = terminated.map((flag, i) => flag | truncated[i]!);
        if (recording.autoreset === "same_step" && done.includes(1)) {
          expect(info._finalObservation).toEqual(done);
          const space = envs.singleObservationSpace;
          for (let i = 0; i < numEnvs; i++) {
            if (done[i] === 1) compare("finals", numbersOf(space.readBatch(info.finalObservation, i)));
          }
        }
        if (recording.autoreset === "disabled" && done.includes(1)) {
          compare("observations", numbersOf(envs.reset({ options: { resetMask: done } })[0]));
        }
      }
      const states =
        envs instanceof SyncVectorEnv
          ? envs.envs.map((env) => env.random.state)
          : [(envs.state() as { random: unknown }).random];
      expect(states).toEqual(recording.states[seed]);
    }
    for (const what of Object.keys(at) as (keyof typeof at)[]) expect(at[what]).toBe(recorded[what].length);
  });
});
