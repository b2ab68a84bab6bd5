import { describe, expect, it } from "vitest";
import type { JsonValue } from "../json.ts";
import { make } from "./make.ts";
import { makeVec } from "./make-vec.ts";

describe("state and restore continue exactly", () => {
  it.each(["CartPole-v1", "Pendulum-v1"])("%s through its wrappers", (id) => {
    const env = make(id, { maxEpisodeSteps: 30 });
    env.reset({ seed: 5 });
    env.actionSpace.seed(5);
    const actions = Array.from({ length: 60 }, () => env.actionSpace.sample());
    const run = (target: typeof env, from: number): unknown[] =>
      actions.slice(from).map((action) => {
        const result = target.step(action);
        return result[2] || result[3] ? [result, target.reset()] : result;
      });
    for (const action of actions.slice(0, 7)) env.step(action);
    const saved = JSON.parse(JSON.stringify(env.state!())) as JsonValue;
    const expected = run(env, 7);
    const again = make(id, { maxEpisodeSteps: 30 });
    again.restore!(saved);
    expect(run(again, 7)).toEqual(expected);
  });

  it.each([
    ["CartPole-v1", "sync", "next_step"],
    ["CartPole-v1", "sync", "same_step"],
    ["CartPole-v1", "vector_entry_point", "next_step"],
    ["CartPole-v1", "vector_entry_point", "same_step"],
    ["Pendulum-v1", "sync", "next_step"],
  ] as const)("%s in a vector, %s, %s", (id, vectorizationMode, autoresetMode) => {
    const options = { numEnvs: 4, vectorizationMode, autoresetMode, maxEpisodeSteps: 25, copy: true };
    const envs = makeVec(id as string, options);
    envs.reset({ seed: 5 });
    envs.actionSpace.seed(5);
    const actions = Array.from({ length: 90 }, () => envs.actionSpace.sample());
    for (const action of actions.slice(0, 25)) envs.step(action);
    const saved = JSON.parse(JSON.stringify(envs.state())) as JsonValue;
    const expected = actions.slice(25).map((action) => envs.step(action));
    const again = makeVec(id as string, options);
    again.restore(saved);
    expect(actions.slice(25).map((action) => again.step(action))).toEqual(expected);
    expect(
      expected.some(([, , terminated, truncated]) => terminated.includes(1) || truncated.includes(1)),
    ).toBe(true);
  });

  it("refuses what is not a state", () => {
    const env = make("CartPole-v1");
    expect(() => env.restore!({ env: {} })).toThrow(expect.objectContaining({ code: "bad-state" }));
  });
});
