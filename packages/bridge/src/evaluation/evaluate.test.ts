import { setDevice } from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy, stateDependentGaussianHead } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { Box, Discrete, Env, make, type ResetResult, type StepResult } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { evaluate } from "./evaluate.ts";

await setDevice("wasm");

const policy = actorCritic({
  observationSize: 4,
  head: categoricalHead(2),
  hidden: [8],
  generator: generator(5),
});

/** The return and length of one episode, played step by step. */
function played(seed: number): [total: number, length: number] {
  const env = make("CartPole-v1");
  let [observation] = env.reset({ seed }) as [Float32Array, object];
  for (let total = 0, length = 1; ; length++) {
    const action = policy.act(observation, generator(0), { deterministic: true }).action.dataSync()[0]!;
    const [next, reward, terminated, truncated] = env.step(action as never);
    total += reward;
    observation = next as Float32Array;
    if (terminated || truncated) return [total, length];
  }
}

/** Shows one number for each step of an episode that lasts as many steps as there are. */
class Shown extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(-1, 1, { shape: [4] });
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #shown: readonly number[];
  readonly #reward: number;
  #at = 0;

  constructor(shown: readonly number[], reward: number) {
    super();
    this.#shown = shown;
    this.#reward = reward;
  }

  reset(): ResetResult<Float32Array> {
    this.#at = 0;
    return [new Float32Array(4).fill(this.#shown[0]!), {}];
  }

  step(): StepResult<Float32Array> {
    this.#at++;
    const observation = new Float32Array(4).fill(this.#shown[this.#at]!);
    return [observation, this.#reward, this.#at === this.#shown.length - 1, false, {}];
  }
}

describe("evaluate", () => {
  it("gives each episode the return it has alone, however many run side by side", () => {
    const expected = Array.from({ length: 11 }, (_, i) => played(40 + i));
    for (const parallel of [1, 4, 11, 100]) {
      const { returns, lengths } = evaluate(policy, "CartPole-v1", { episodes: 11, seed: 40, parallel });
      expect(returns.map((value, i) => [value, lengths[i]])).toEqual(expected);
    }
    expect(new Set(expected.map(([, length]) => length)).size).toBeGreaterThan(2);
  });

  it("draws actions where it is told to, the same ones every time", () => {
    const run = (): readonly number[] =>
      evaluate(policy, "CartPole-v1", { episodes: 5, deterministic: false }).returns;
    expect(run()).toEqual(run());
    expect(run()).not.toEqual(evaluate(policy, "CartPole-v1", { episodes: 5 }).returns);
  });

  it("runs episodes of different lengths under noise that lasts several steps", () => {
    const head = stateDependentGaussianHead(1, { resampleEvery: 8 });
    const noisy = actorCritic({ observationSize: 2, head, hidden: [8] });
    const make = (): Env => new Lasting() as unknown as Env;
    const { lengths } = evaluate(noisy, make, { episodes: 6, deterministic: false });
    expect(lengths).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("refuses masks for actions that take none, or that the environment does not tell", () => {
    const continuous = actorCritic({ observationSize: 2, head: stateDependentGaussianHead(1) });
    const masked = { episodes: 1, actionMask: true };
    expect(() => evaluate(continuous, "MountainCarContinuous-v0", masked)).toThrow(/take no mask/);
    expect(() => evaluate(policy, "CartPole-v1", masked)).toThrow(/gave no info.actionMask/);
  });

  it("names the episode of an observation or return that is not finite", () => {
    const run = (shown: readonly number[], reward: number, actor: Policy = policy): unknown =>
      evaluate(actor, () => new Shown(shown, reward), { episodes: 2 });
    expect(() => run([0, Number.NaN, 0], 1)).toThrow(/observation\[0\] is NaN in episode 0/);
    expect(() => run([0, 0, 0], Infinity)).toThrow(/the return of episode 0 is Infinity/);
    expect(run([0, 0, 0], 1)).toMatchObject({ returns: [2, 2], lengths: [2, 2] });
  });
});

/** Episode i, by its seed, lasts i + 1 steps. */
class Lasting extends Env<Box, Box> {
  readonly observationSpace: Box = new Box(-1, 1, { shape: [2] });
  readonly actionSpace: Box = new Box(-1, 1, { shape: [1] });
  #left = 0;

  override reset({ seed }: { seed?: number | null } = {}): ResetResult<Float32Array> {
    this.#left = (seed ?? 0) - 10_000 + 1;
    return [new Float32Array(2), {}];
  }

  step(action: Float32Array): StepResult<Float32Array> {
    this.#left--;
    return [action.length === 1 ? new Float32Array(2) : new Float32Array(0), 0, this.#left === 0, false, {}];
  }
}
