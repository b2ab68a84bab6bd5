import { noGrad, setDevice, tensor } from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import {
  Box,
  Discrete,
  Env,
  makeVec,
  type ResetResult,
  type StepResult,
  SyncVectorEnv,
  type VectorEnv,
} from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { collect } from "./collect.ts";

await setDevice("reference");

/** Counts its steps in the observation; ends as told after `length` steps; the reward is the count. */
class Counter extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(-1, 1e6, { shape: [1] });
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #length: number;
  readonly #end: "terminated" | "truncated";
  readonly #poison: number;
  #count = 0;

  constructor(length: number, end: "terminated" | "truncated", poison = Infinity) {
    super();
    this.#length = length;
    this.#end = end;
    this.#poison = poison;
  }

  reset(): ResetResult<Float32Array> {
    this.#count = 0;
    return [Float32Array.of(0), {}];
  }

  step(): StepResult<Float32Array> {
    this.#count++;
    const over = this.#count === this.#length;
    const reward = this.#count >= this.#poison ? Number.NaN : this.#count;
    return [
      Float32Array.of(this.#count),
      reward,
      over && this.#end === "terminated",
      over && this.#end === "truncated",
      {},
    ];
  }
}

/** Shows the given observations, the last of which ends its episode by truncation. */
class Shown extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(-1, 1e6, { shape: [1] });
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #shown: readonly number[];
  #at = 0;

  constructor(shown: readonly number[]) {
    super();
    this.#shown = shown;
  }

  reset(): ResetResult<Float32Array> {
    this.#at = 0;
    return [Float32Array.of(this.#shown[0]!), {}];
  }

  step(): StepResult<Float32Array> {
    this.#at++;
    return [Float32Array.of(this.#shown[this.#at]!), 0, false, this.#at === this.#shown.length - 1, {}];
  }
}

const policy = actorCritic({
  observationSize: 1,
  head: categoricalHead(2),
  hidden: [4],
  generator: generator(3),
});
const valueAt = (count: number): number => noGrad(() => policy.forward(tensor([[count]])).value!.item());

function counters(...create: (() => Env<Box, Discrete>)[]): VectorEnv {
  return new SyncVectorEnv(create, { autoresetMode: "same_step" }) as unknown as VectorEnv;
}

describe("collect", () => {
  const create = (): VectorEnv =>
    counters(
      () => new Counter(2, "terminated"),
      () => new Counter(3, "truncated"),
    );

  it("keeps what was seen, earned and ended, and starts new episodes in between", async () => {
    const rollout = await collect(policy, create(), { steps: 4, generator: generator(0) });
    expect([...rollout.observation.values]).toEqual([0, 0, 1, 1, 0, 2, 1, 0]);
    expect([...rollout.reward]).toEqual([1, 1, 2, 2, 1, 3, 2, 1]);
    expect([...rollout.terminated]).toEqual([0, 0, 1, 0, 0, 0, 1, 0]);
    expect([...rollout.truncated]).toEqual([0, 0, 0, 0, 0, 1, 0, 0]);
    expect(rollout.episodes).toEqual([
      { return: 3, length: 2 },
      { return: 6, length: 3 },
      { return: 3, length: 2 },
    ]);
  });

  it("values what follows: 0 after a termination, the last observation after a truncation, the next step otherwise", async () => {
    const { value, nextValue } = await collect(policy, create(), { steps: 4, generator: generator(0) });
    expect([...value]).toEqual([0, 0, 1, 1, 0, 2, 1, 0].map(valueAt));
    expect([...nextValue]).toEqual([
      valueAt(1),
      valueAt(1),
      0,
      valueAt(2),
      valueAt(1),
      valueAt(3),
      0,
      valueAt(1),
    ]);
  });

  it("gives a policy that computes on the host the same actions and values, those of each step at once", async () => {
    const seen: number[] = [];
    const onHost: Policy = {
      ...policy,
      forward(observation) {
        seen.push(observation.dataSync().length);
        return policy.forward(observation);
      },
    };
    const [compiled, host] = [
      await collect(policy, create(), { steps: 4, generator: generator(0) }),
      await collect(onHost, create(), { steps: 4, generator: generator(0) }),
    ];
    for (const part of ["action", "outputs", "logProb", "value", "nextValue"] as const) {
      expect(host[part]).toEqual(compiled[part]);
    }
    expect(seen.filter((rows) => rows === 2)).toHaveLength(5); // four steps, and where the rollout ends
  });

  it("continues where the last rollout ended, as one long rollout would", async () => {
    const whole = await collect(policy, create(), { steps: 6, generator: generator(0) });
    const envs = create();
    const random = generator(0);
    const first = await collect(policy, envs, { steps: 2, generator: random });
    const second = await collect(policy, envs, { steps: 4, generator: random, start: first.end });
    expect([...first.reward, ...second.reward]).toEqual([...whole.reward]);
    expect([...first.action.values, ...second.action.values]).toEqual([...whole.action.values]);
    expect([...first.episodes, ...second.episodes]).toEqual(whole.episodes);
  });

  it("records the outputs that acted, and their log-probability of the action", async () => {
    const rollout = await collect(policy, create(), { steps: 3, generator: generator(0) });
    const logits = tensor(rollout.outputs.logits!.values, { shape: [6, 2] });
    const expected = policy.distribution({ logits }).logProb(tensor(rollout.action.values as Int32Array));
    expect([...rollout.logProb]).toEqual([...expected.dataSync()]);
  });

  it("chooses among what the environments allow, and keeps the masks for learning", async () => {
    const masked = actorCritic({
      observationSize: 500,
      head: categoricalHead(6),
      hidden: [4],
      generator: generator(1),
    });
    const create = (): VectorEnv =>
      makeVec("Taxi-v4", { numEnvs: 2, vectorizationMode: "sync", autoresetMode: "same_step" }) as never;
    const options = { steps: 250, generator: generator(0), seed: 3, actionMask: true };
    const envs = create();
    const { mask, action, logProb, outputs, end } = await collect(masked, envs, options);
    expect(mask!.values.length).toBe(250 * 2 * 6);
    action.values.forEach((choice, row) => {
      expect(mask!.values[row * 6 + choice]).toBe(1);
    });
    const logits = tensor(outputs.logits!.values, { shape: [500, 6] });
    const taken = tensor(action.values as Int32Array);
    const allowed = { mask: tensor(mask!.values, { shape: [500, 6] }) };
    expect([...logProb]).toEqual([...masked.distribution({ logits }, allowed).logProb(taken).dataSync()]);
    expect([...logProb]).not.toEqual([...masked.distribution({ logits }).logProb(taken).dataSync()]);
    const next = await collect(masked, envs, { ...options, steps: 1, start: end });
    expect([...next.mask!.values]).toEqual([...end.mask!]);
    await expect(
      collect(
        masked,
        counters(() => new Counter(2, "truncated")),
        options,
      ),
    ).rejects.toThrow();
    await expect(
      collect(
        policy,
        counters(() => new Counter(2, "truncated")),
        options,
      ),
    ).rejects.toMatchObject({ code: "mask" });
  });

  it("names observations that are not finite: the first, a later one, the last of an episode", async () => {
    const seen = async (observations: readonly number[]): Promise<unknown> => {
      const envs = counters(() => new Shown(observations));
      return collect(policy, envs, { steps: 3, generator: generator(0) });
    };
    await expect(seen([Number.NaN])).rejects.toThrow(
      /observation\[0\] is NaN in environment 0 after the reset/,
    );
    await expect(seen([0, Infinity])).rejects.toThrow(
      /Infinity in environment 0 after step 0 of the rollout/,
    );
    await expect(seen([0, 1, Number.NaN])).rejects.toThrow(
      /NaN in environment 0 after step 1 of the rollout/,
    );
    await expect(seen([0, 1, 2])).resolves.toBeDefined();
  });

  it("names a reward that is not finite, and refuses another autoreset mode", async () => {
    const poisoned = counters(() => new Counter(9, "terminated", 3));
    await expect(collect(policy, poisoned, { steps: 5, generator: generator(0) })).rejects.toThrow(
      /reward is NaN in environment 0 at step 2/,
    );
    const nextStep = new SyncVectorEnv([() => new Counter(2, "terminated")]) as unknown as VectorEnv;
    await expect(collect(policy, nextStep, { steps: 5, generator: generator(0) })).rejects.toMatchObject({
      code: "autoreset",
    });
  });
});
