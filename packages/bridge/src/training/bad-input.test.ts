import { type Tensor, tensor } from "@gradbridge/core";
import { actorCritic, categoricalHead, type Policy } from "@gradbridge/policy";
import { Box, Discrete, Env, type ResetResult, type StepResult } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import type { Deltas } from "../applying/deltas.ts";
import type { Callback } from "../callbacks/callback.ts";
import { defineEstimator, type Estimator } from "../estimators/estimator.ts";
import { ppo } from "../estimators/policy-gradient/ppo.ts";
import { train } from "./train.ts";

/** Two choices in episodes of ten steps; what it gives from its `from`-th step on may be wrong. */
class Choice extends Env<Box, Discrete> {
  readonly observationSpace: Box = new Box(-1, 1, { shape: [2] });
  readonly actionSpace: Discrete = new Discrete(2);
  readonly #from: number;
  readonly #wrong: { readonly reward?: number; readonly observation?: number };
  #count = 0;

  constructor(from = Infinity, wrong: { readonly reward?: number; readonly observation?: number } = {}) {
    super();
    this.#from = from;
    this.#wrong = wrong;
  }

  reset(): ResetResult<Float32Array> {
    return [Float32Array.of(0, 0), {}];
  }

  step(action: number): StepResult<Float32Array> {
    this.#count++;
    const { reward = 1 - action, observation = 0 } = this.#count >= this.#from ? this.#wrong : {};
    return [Float32Array.of(0, observation), reward, this.#count % 10 === 0, false, {}];
  }
}

const settings = {
  steps: 512,
  numEnvs: 1,
  rolloutSteps: 64,
  minibatchSize: 16,
  epochs: 2,
  evalEpisodes: 0,
  learningRateSchedule: "constant",
} as const;

/** Remembers the parameters as they were after the last good update. */
function watch(): Callback & { policy: Policy | null; values: number[][]; updates: number } {
  return {
    name: "watch",
    policy: null,
    values: [],
    updates: 0,
    onStart({ policy }) {
      this.policy = policy;
      this.values = parametersOf(policy);
    },
    onUpdate({ policy, update }) {
      this.values = parametersOf(policy);
      this.updates = update;
    },
  };
}

function parametersOf(policy: Policy): number[][] {
  return policy.parameters().map((parameter) => [...parameter.dataSync()]);
}

/** PPO whose δ goes through `change`, which sees how far training is as a scalar tensor. */
function changed(
  change: (deltas: Record<string, Tensor>, poison: Tensor) => Deltas,
  poisonAt = 0.3,
): Estimator {
  const inner = ppo();
  return defineEstimator({
    ...inner,
    name: "mine",
    scalars: (progress) => ({ ...inner.scalars!(progress), poison: progress > poisonAt ? Number.NaN : 0 }),
    delta: (batch, outputs) =>
      change(inner.delta(batch, outputs) as Record<string, Tensor>, batch.scalars.poison!),
  });
}

/** Trains until it is refused; the parameters must be those after the last good update. */
async function refused(
  estimator: Estimator | undefined,
  env: () => Env = () => new Choice(),
  more: object = {},
): Promise<{ message: string; code: string; updates: number }> {
  const watcher = watch();
  const config = { env, ...settings, ...more, callbacks: [watcher] };
  const error = await train(estimator === undefined ? config : { ...config, estimator }).then(
    () => null,
    (reason: unknown) => reason as Error & { code: string },
  );
  expect(error).not.toBeNull();
  expect(parametersOf(watcher.policy!)).toEqual(watcher.values);
  expect(watcher.values.flat().every(Number.isFinite)).toBe(true);
  return { message: error!.message, code: error!.code, updates: watcher.updates };
}

describe("bad input in training is refused before parameters change", () => {
  it.each([
    ["a reward", { reward: Number.NaN }, /update 2: reward is NaN in environment 0 at step 30/],
    [
      "an observation",
      { observation: Infinity },
      /update 2: observation\[1\] is Infinity in environment 0 after step 30/,
    ],
  ])("%s from an environment", async (_, wrong, expected) => {
    for (const more of [{}, { normalizeObservation: true, normalizeReward: true }]) {
      const { message, code, updates } = await refused(undefined, () => new Choice(95, wrong), more);
      expect(message).toMatch(expected);
      expect([code, updates]).toEqual(["non-finite", 1]);
    }
  });

  it("δ that is NaN from some update on, in a compiled step: estimator, output, row, step", async () => {
    const { message, code, updates } = await refused(
      changed((deltas, poison) => ({ ...deltas, logits: deltas.logits!.add(poison) })),
    );
    expect(message).toMatch(/update 4: mine: δ for "logits" is NaN in row \d+.*step \d+ of environment 0/);
    expect([code, updates]).toEqual(["non-finite", 3]);
  });

  it("a gradient that overflows though δ is finite", async () => {
    const { message, updates } = await refused(
      changed((deltas) => ({ ...deltas, value: deltas.value!.mul(0).add(3e38) })),
      undefined,
      { minibatchSize: 64 },
    );
    expect(message).toMatch(/update 1: mine: the gradient of .* holds NaN or infinity/);
    expect(updates).toBe(0);
  });

  it.each([
    [
      "for an output that is not there",
      (deltas: Record<string, Tensor>) => ({ ...deltas, mean: deltas.logits! }),
      /mine.*mean/,
    ],
    [
      "of the wrong shape",
      (deltas: Record<string, Tensor>) => ({ ...deltas, value: deltas.value!.reshape([-1, 1]) }),
      /mine.*"value".*\[16, 1\]/,
    ],
  ])("δ %s", async (_, change, expected) => {
    const { message, updates } = await refused(changed(change));
    expect(message).toMatch(expected);
    expect(updates).toBe(0);
  });

  it("targets that are not finite, or of the wrong length", async () => {
    const inner = ppo();
    const withTargets = (advantage: Float32Array): Estimator =>
      defineEstimator({
        ...inner,
        name: "mine",
        prepare: (rollout) => ({ ...inner.prepare(rollout), advantage }),
      });
    const wrong = new Float32Array(64);
    wrong[5] = Number.NaN;
    expect((await refused(withTargets(wrong))).message).toMatch(
      /mine: advantage is NaN in row 5 \(step 5 of environment 0/,
    );
    expect((await refused(withTargets(new Float32Array(63)))).message).toMatch(
      /mine: prepare gave 63 numbers as advantage, expected \[64, 1\]/,
    );
  });

  it.each([
    ["nothing", () => undefined, /mine: prepare must give an object of Float32Arrays, got undefined/],
    ["a promise", async () => ({}), /mine: .*got a promise; what takes time belongs into prepareAsync/],
    ["another array", () => ({ advantage: new Array(64).fill(0) }), /mine: .*got Array as advantage/],
  ])("targets that are %s", async (_, prepare, expected) => {
    const { message, code } = await refused({ ...ppo(), name: "mine", prepare: prepare as never });
    expect(message).toMatch(expected);
    expect(code).toBe("estimator");
  });

  it.each([
    ["a number", 3, /mine: diagnose must give scalar tensors, got 3 as loss/],
    ["a vector", tensor([1, 2]), /mine: .*got a tensor \[2\] as loss/],
  ])("diagnostics that are %s", async (_, loss, expected) => {
    const { message, code } = await refused(
      { ...ppo(), name: "mine", diagnose: () => ({ loss }) as never },
      undefined,
      { epochs: 1 }, // asked in the last epoch of a rollout
    );
    expect(message).toMatch(expected);
    expect(code).toBe("estimator");
  });

  it("δ that is nothing", async () => {
    const { message, code } = await refused({ ...ppo(), name: "mine", delta: () => undefined as never });
    expect(message).toMatch(/mine: δ must be an object/);
    expect(code).toBe("delta");
  });

  it.each([
    [
      "no estimator",
      { estimator: { name: "mine" } as never },
      "estimator",
      /defineEstimator mine: .*delta must be/,
    ],
    [
      "a half estimator",
      { estimator: { ...ppo(), diagnose: 3 as never } },
      "estimator",
      /diagnose must be a function/,
    ],
    ["a callback without a name", { callbacks: [{} as never] }, "callback", /name must be/],
    ["callbacks that are no list", { callbacks: { name: "bar" } as never }, "callback", /must be a list/],
  ])("%s", async (_, wrong, code, message) => {
    const config = { env: () => new Choice(), ...settings, ...wrong };
    await expect(train(config)).rejects.toMatchObject({ code, message });
  });

  it("a rollout that lacks what the estimator requires", async () => {
    const inner = ppo();
    const demanding = { ...inner, name: "mine", requires: ["reward", "spectrum" as "reward"] } as const;
    await expect(train({ env: () => new Choice(), ...settings, estimator: demanding })).rejects.toMatchObject(
      {
        code: "estimator",
        message: /mine: requires names spectrum/,
      },
    );
    const policy = actorCritic({ observationSize: 2, head: categoricalHead(2) });
    const blind = { ...policy, hasValue: false };
    await expect(
      train({ env: () => new Choice(), ...settings, estimator: inner, policy: blind }),
    ).rejects.toMatchObject({ code: "estimator", message: /ppo requires .*value.*no value output/ });
  });
});
