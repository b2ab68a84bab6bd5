import { describe, expect, it } from "vitest";
import type { Env } from "../env.ts";
import { type Packed, readFixture, unpack } from "../fixtures/read-fixture.ts";
import type { JsonValue } from "../json.ts";
import { EnvSpec, type WrapperSpec } from "../registration/env-spec.ts";
import { make } from "../registration/make.ts";
import { applyWrapper } from "./built-in-wrappers.ts";

interface Recording {
  readonly id: string;
  readonly wrappers: readonly WrapperSpec[];
  readonly seeds: number;
  readonly steps: number;
  readonly actionSpace: string;
  readonly observationSpace: string;
  readonly actions: Packed;
  readonly observations: Packed;
  readonly rewards: Packed;
  readonly flags: Packed;
}

const recordings = readFixture<Readonly<Record<string, Recording>>>("wrappers");

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) return value.flatMap(numbersOf);
  const record = value as Record<string, unknown>;
  return Object.keys(record)
    .sort()
    .flatMap((key) => numbersOf(record[key]));
}

function wrapped({ id, wrappers }: Recording): Env {
  return wrappers.reduce((env, wrapper) => applyWrapper(env, wrapper), make<Env>(id as string));
}

describe.each(Object.entries(recordings))("%s agrees with Gymnasium 1.3.0", (_, recording) => {
  const isAutoreset = recording.wrappers.some(({ name }) => name === "Autoreset");

  it("in actions, observations, rewards and flags", () => {
    const env = wrapped(recording);
    const [actions, observations] = [unpack(recording.actions), unpack(recording.observations)];
    const [rewards, flags] = [unpack(recording.rewards), unpack(recording.flags)];
    let [a, o, s] = [0, 0, 0];
    const compare = (what: string, found: unknown, recorded: ArrayLike<number>, at: number): number => {
      const values = numbersOf(found);
      for (const [i, value] of values.entries()) {
        if (Math.fround(value) !== recorded[at + i]) {
          expect.fail(
            `${what} ${i} after ${s} steps: got ${Math.fround(value)}, recorded ${recorded[at + i]}`,
          );
        }
      }
      return at + values.length;
    };
    for (let seed = 0; seed < recording.seeds; seed++) {
      env.actionSpace.seed(seed);
      o = compare("observation", env.reset({ seed })[0], observations, o);
      for (let t = 0; t < recording.steps; t++) {
        const action = env.actionSpace.sample();
        a = compare("action", action, actions, a);
        const [observation, reward, terminated, truncated] = env.step(action);
        o = compare("observation", observation, observations, o);
        expect(env.observationSpace.contains(observation)).toBe(true);
        expect(reward).toBeCloseTo(rewards[s]!, 10);
        expect(Number(terminated) | (Number(truncated) << 1)).toBe(flags[s]);
        s += 1;
        if ((terminated || truncated) && !isAutoreset)
          o = compare("observation", env.reset()[0], observations, o);
      }
    }
    expect([a, o, s]).toEqual([actions.length, observations.length, rewards.length]);
  });

  it("in its spaces", () => {
    const env = wrapped(recording);
    for (const [space, text] of [
      [env.actionSpace, recording.actionSpace],
      [env.observationSpace, recording.observationSpace],
    ] as const) {
      if (!text.includes("[")) expect(String(space)).toBe(text.replace("int64", "int32"));
    }
  });

  it("is made again by its spec, and restored exactly", () => {
    const env = wrapped(recording);
    const spec = EnvSpec.fromJSON(JSON.parse(JSON.stringify(env.spec)) as JsonValue);
    const again = make(spec);
    expect(String(again)).toBe(String(env));
    env.actionSpace.seed(9);
    const actions = Array.from({ length: 40 }, () => env.actionSpace.sample());
    const run = (target: Env, some: readonly unknown[]): unknown[] =>
      some.map((action) => {
        const result = target.step(action);
        return (result[2] || result[3]) && !isAutoreset ? [result, target.reset()] : result;
      });
    env.reset({ seed: 9 });
    run(env, actions.slice(0, 17));
    again.restore!(JSON.parse(JSON.stringify(env.state!())) as JsonValue);
    expect(run(again, actions.slice(17))).toEqual(run(env, actions.slice(17)));
  });
});
