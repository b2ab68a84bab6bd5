import { describe, expect, it } from "vitest";
import { type Packed, readFixture, unpack } from "../fixtures/read-fixture.ts";
import { make } from "../registration/make.ts";
import { Box } from "../spaces/box.ts";

interface Recording {
  readonly id: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly options: Readonly<Record<string, unknown>> | null;
  readonly seeds: number;
  readonly steps: number;
  readonly actions: Packed;
  readonly observations: Packed;
  readonly rewards: Packed;
  readonly flags: Packed;
  readonly states: readonly unknown[];
  readonly prob?: Packed;
  readonly actionMask?: Packed;
}

const RECORDINGS = [
  "env-cart-pole-v0",
  "env-cart-pole-v1",
  "env-cart-pole-options",
  "env-pendulum",
  "env-pendulum-options",
  "env-mountain-car",
  "env-mountain-car-options",
  "env-mountain-car-continuous",
  "env-mountain-car-continuous-options",
  "env-acrobot",
  "env-acrobot-options",
  "env-frozen-lake",
  "env-frozen-lake-8x8",
  "env-frozen-lake-options",
  "env-cliff-walking",
  "env-cliff-walking-slippery",
  "env-blackjack",
  "env-blackjack-natural",
  "env-taxi",
  "env-taxi-rainy",
  "env-taxi-rainy-options",
];

/** `sutton_barto_reward` → `suttonBartoReward`. */
function camelCased(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [
      name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()),
      value,
    ]),
  );
}

function numbersOf(value: unknown): number[] {
  return typeof value === "number" ? [value] : Array.from(value as ArrayLike<number>);
}

describe.each(RECORDINGS)("%s agrees with Gymnasium 1.3.0", (name) => {
  const recording = readFixture<Recording>(name);
  const options = recording.options === null ? null : camelCased(recording.options);
  const actions = unpack(recording.actions);
  const observations = unpack(recording.observations);
  const rewards = unpack(recording.rewards);
  const flags = unpack(recording.flags);
  const prob = recording.prob === undefined ? null : unpack(recording.prob);
  const actionMask = recording.actionMask === undefined ? null : unpack(recording.actionMask);

  it("in sampled actions, observations, rewards, flags, information and generator states", () => {
    const env = make(recording.id, camelCased(recording.kwargs));
    let [a, o, s, p, m] = [0, 0, 0, 0, 0];
    const expectNumbers = (
      what: string,
      found: readonly number[],
      recorded: ArrayLike<number>,
      at: number,
    ): number => {
      for (let i = 0; i < found.length; i++) {
        if (found[i] !== recorded[at + i]) {
          expect.fail(`${what} ${at + i} after ${s} steps: got ${found[i]}, recorded ${recorded[at + i]}`);
        }
      }
      return at + found.length;
    };
    const expectSeen = (observation: unknown, info: Record<string, unknown>): void => {
      o = expectNumbers("observation", numbersOf(observation), observations, o);
      if (prob !== null) p = expectNumbers("prob", numbersOf(info.prob), prob, p);
      if (actionMask !== null) m = expectNumbers("action mask", numbersOf(info.actionMask), actionMask, m);
    };
    for (let seed = 0; seed < recording.seeds; seed++) {
      env.actionSpace.seed(seed);
      expectSeen(...env.reset({ seed, options }));
      for (let t = 0; t < recording.steps; t++) {
        const action = env.actionSpace.sample();
        a = expectNumbers("action", numbersOf(action), actions, a);
        const [observation, reward, terminated, truncated, info] = env.step(action);
        expectSeen(observation, info);
        expectNumbers("reward", [Math.fround(reward)], rewards, s);
        expectNumbers("flags", [Number(terminated) | (Number(truncated) << 1)], flags, s);
        s += 1;
        if (terminated || truncated) expectSeen(...env.reset({ options }));
      }
      expect(env.random.state).toEqual(recording.states[seed]);
    }
    expect([a, o, s]).toEqual([actions.length, observations.length, recording.seeds * recording.steps]);
    expect(env.observationSpace instanceof Box ? recording.observations.dtype : "int16").toBe(
      recording.observations.dtype,
    );
  });
});
