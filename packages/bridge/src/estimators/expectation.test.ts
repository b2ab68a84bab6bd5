import { noGrad, setDevice, type Tensor, tensor } from "@gradbridge/core";
import { Categorical, type PolicyOutputs } from "@gradbridge/policy";
import { beforeAll, describe, expect, it } from "vitest";
import {
  bandit,
  corridor,
  enumerate,
  gradientOf,
  maze,
  probabilities,
  probabilityOf,
  type Table,
  type TabularProcess,
  type Trajectory,
  trajectories,
  type ValueFunction,
  valuesOf,
} from "../fixtures/tabular-process.ts";
import { minibatchOf } from "./checking/check-situations.ts";
import type { Estimator } from "./estimator.ts";
import { actorCritic } from "./policy-gradient/actor-critic.ts";
import { awr } from "./policy-gradient/awr.ts";
import { grpo } from "./policy-gradient/grpo.ts";
import { naturalGradient } from "./policy-gradient/natural-gradient.ts";
import { ppo } from "./policy-gradient/ppo.ts";
import { reinforce } from "./policy-gradient/reinforce.ts";
import { rloo } from "./policy-gradient/rloo.ts";
import { vtrace } from "./policy-gradient/vtrace.ts";

beforeAll(() => setDevice("reference"));

/** The policy, and another one that may have acted. */
const policy: Table = [
  [0.4, -0.3],
  [-0.6, 0.5],
  [0.1, 0.9],
  [0, 0],
];
const other: Table = [
  [-0.2, 0.3],
  [0.8, 0.1],
  [-0.5, 0.2],
  [0, 0],
];
const threeArms: Table = [
  [0.3, -0.4, 0.2],
  [0, 0, 0],
  [0, 0, 0],
];
/** A critic that knows nothing. */
const wrong: ValueFunction = (state, step) => Math.fround(0.7 * state - 0.4 * step + 0.3);

interface Expectation {
  readonly process?: TabularProcess;
  /** The policy that learns. */
  readonly policy?: Table;
  /** The policy that acted; default the one that learns. */
  readonly behavior?: Table;
  readonly value?: ValueFunction;
  /** K: episodes side by side, every combination of them. */
  readonly group?: number;
  /** Weight of a row, by its step. */
  readonly weight?: (step: number) => number;
  readonly output?: string;
}

/**
 * The exact expectation of an estimator's δ over all that can happen, summed over an episode's steps and averaged over
 * the episodes of a group: what the logits (or values) of every state are told, [states][actions].
 */
function expectation(estimator: Estimator, options: Expectation = {}): number[][] {
  const {
    process = maze,
    policy: learner = policy,
    group = 1,
    weight = () => 1,
    output = "logits",
  } = options;
  const { behavior = learner, value = wrong } = options;
  const combinations = groupsOf(trajectories(process), group);
  const { rollout, state } = enumerate(process, combinations.flat(), behavior, value);
  const delta = deltaOf(estimator, rollout, state, learner)[output] as Tensor;
  const numbers = delta.dataSync();
  const width = numbers.length / state.length;
  const total = learner.map(() => new Array<number>(width).fill(0));
  state.forEach((at, row) => {
    if (at < 0) return;
    const env = row % rollout.numEnvs;
    const episodes = combinations[Math.floor(env / group)]!;
    const probability = episodes.reduce((product, one) => product * probabilityOf(one, behavior), 1);
    const share = (probability / group) * weight(Math.floor(row / rollout.numEnvs));
    for (let i = 0; i < width; i++) total[at]![i]! += share * numbers[row * width + i]!;
  });
  return total;
}

function deltaOf(
  estimator: Estimator,
  rollout: Parameters<Estimator["prepare"]>[0],
  state: Int32Array,
  learner: Table,
): ReturnType<Estimator["delta"]> {
  const rows = Array.from(state, (_, row) => row);
  const outputs: PolicyOutputs = {
    logits: tensor(
      Array.from(state, (at) => [...learner[Math.max(0, at)]!]),
      { dtype: "float64" },
    ),
    value: tensor(Float64Array.from(rollout.value)),
  };
  const situation = {
    name: "",
    rollout,
    rows,
    outputs: () => outputs,
    distribution: () => new Categorical({ logits: outputs.logits! }),
    isModerate: true,
    isWithoutAdvantage: false,
  };
  const scalars = estimator.scalars?.(0) ?? {};
  return noGrad(() =>
    estimator.delta(minibatchOf(situation, outputs, estimator.prepare(rollout), scalars), outputs),
  );
}

function groupsOf(episodes: readonly Trajectory[], size: number): Trajectory[][] {
  if (size === 0) return [[]];
  return groupsOf(episodes, size - 1).flatMap((rest) => episodes.map((episode) => [...rest, episode]));
}

/** ∇J by differences of what dynamic programming says about the return. */
function policyGradient(process: TabularProcess, table: Table, gamma = 1): number[][] {
  return gradientOf((moved) => valuesOf(process, moved, gamma)(0, 0), table);
}

/** A function of episodes and their probabilities under `behavior`, summed. */
function sumOver(process: TabularProcess, behavior: Table, each: (episode: Trajectory) => number): number {
  return trajectories(process).reduce(
    (total, episode) => total + probabilityOf(episode, behavior) * each(episode),
    0,
  );
}

/** Σ γᵏ rewards from step t on. */
function returnFrom({ rewards }: Trajectory, t: number, gamma = 1): number {
  return rewards.slice(t).reduceRight((following, reward) => reward + gamma * following, 0);
}

function expectClose(actual: number[][], expected: number[][], tolerance = 2e-6): void {
  actual.forEach((row, i) => {
    row.forEach((number, j) => {
      expect(Math.abs(number - expected[i]![j]!), `[${i}][${j}] ${number} ${expected[i]![j]}`).toBeLessThan(
        tolerance,
      );
    });
  });
}

const scaledBy = (table: number[][], factor: number): number[][] =>
  table.map((row) => row.map((number) => factor * number));

describe("the enumeration itself", () => {
  it("covers everything that can happen, once", () => {
    for (const [process, table] of [
      [maze, policy],
      [corridor, other],
      [bandit, threeArms],
    ] as const) {
      expect(sumOver(process, table, () => 1)).toBeCloseTo(1, 12);
      const expected = valuesOf(process, table, 0.9)(0, 0);
      expect(sumOver(process, table, (episode) => returnFrom(episode, 0, 0.9))).toBeCloseTo(expected, 12);
    }
  });
});

describe("unbiased: the expectation over all episodes is the exact policy gradient", () => {
  const gradient = (): number[][] => policyGradient(maze, policy);

  it("is not zero, so that the comparison means something", () => {
    expect(Math.abs(gradient()[0]![0]!)).toBeGreaterThan(0.1);
  });

  it.each([
    ["reinforce without a baseline", reinforce({ gamma: 1, baseline: "none", normalize: false })],
    ["reinforce with any critic", reinforce({ gamma: 1, normalize: false })],
    ["actorCritic with λ = 1 and any critic", actorCritic({ gamma: 1 })],
    ["ppo at the policy that acted, λ = 1", ppo({ gamma: 1, lambda: 1, normalizeAdvantage: false })],
    ["vtrace at the policy that acted", vtrace({ gamma: 1 })],
    ["rloo with a group of one", rloo({ gamma: 1, groupSize: 1 })],
  ])("%s", (_, estimator) => {
    expectClose(expectation(estimator), gradient());
  });

  it.each([
    ["actorCritic", actorCritic({ gamma: 1, lambda: 0.6 })],
    ["ppo", ppo({ gamma: 1, lambda: 0, normalizeAdvantage: false })],
    ["vtrace", vtrace({ gamma: 1, lambda: 0.3 })],
  ])("%s with any λ, where the critic is right", (_, estimator) => {
    expectClose(expectation(estimator, { value: valuesOf(maze, policy, 1) }), gradient());
  });

  it("is off by the error of the critic at the next state where λ = 0 and the critic is wrong", () => {
    const right = valuesOf(maze, policy, 1);
    const bias = gradientOf(
      (table) =>
        sumOver(maze, policy, ({ states, actions }) =>
          states.slice(0, -1).reduce((total, at, t) => {
            const error = wrong(states[t + 1]!, t + 1) - right(states[t + 1]!, t + 1);
            return total + error * Math.log(probabilities(table[at]!)[actions[t]!]!);
          }, 0),
        ),
      policy,
    );
    const found = expectation(actorCritic({ gamma: 1, lambda: 0 }));
    expectClose(
      found,
      gradient().map((row, i) => row.map((number, j) => number + bias[i]![j]!)),
    );
    expect(Math.abs(bias[0]![0]!)).toBeGreaterThan(0.1);
  });

  it("leaves out the weight γᵗ, as everybody does: with it, the discounted gradient is exact", () => {
    const discounted = reinforce({ gamma: 0.8, normalize: false });
    expectClose(expectation(discounted, { weight: (t) => 0.8 ** t }), policyGradient(maze, policy, 0.8));
  });

  it.each([2, 3])("rloo with groups of %d", (group) => {
    const process = group === 2 ? corridor : bandit;
    const table = group === 2 ? policy : threeArms;
    const found = expectation(rloo({ gamma: 1, groupSize: group }), { process, policy: table, group });
    expectClose(found, policyGradient(process, table));
  });

  it.each([2, 3])(
    "reinforce with the mean of %d episodes as baseline, but for the factor 1 − 1/N",
    (group) => {
      const estimator = reinforce({ gamma: 1, baseline: "mean", normalize: false });
      // the baseline is the rollout's: one rollout for each combination
      const total = threeArms.map((row) => row.map(() => 0));
      for (const episodes of groupsOf(trajectories(bandit), group)) {
        const { rollout, state } = enumerate(bandit, episodes, threeArms, wrong);
        const delta = (deltaOf(estimator, rollout, state, threeArms).logits as Tensor).dataSync();
        const probability = episodes.reduce((product, one) => product * probabilityOf(one, threeArms), 1);
        delta.forEach((number, i) => {
          total[0]![i % 3]! += (probability / group) * number;
        });
      }
      expectClose(total, scaledBy(policyGradient(bandit, threeArms), 1 - 1 / group));
    },
  );

  it("teaches the value what the return is on average", () => {
    const right = valuesOf(maze, policy, 1);
    for (const estimator of [
      reinforce({ gamma: 1 }),
      actorCritic({ gamma: 1 }),
      ppo({ gamma: 1, lambda: 0.5 }),
    ]) {
      expectClose(
        expectation(estimator, { value: right, output: "value" }),
        policy.map(() => [0]),
      );
    }
  });
});

describe("biased exactly as the theory says", () => {
  it("ppo away from the policy that acted: the gradient of the expected clipped surrogate", () => {
    const estimator = ppo({ gamma: 1, lambda: 1, clip: 0.1, normalizeAdvantage: false });
    const surrogate = (table: Table): number =>
      sumOver(maze, other, (episode) =>
        episode.states.reduce((total, at, t) => {
          const action = episode.actions[t]!;
          const r = probabilities(table[at]!)[action]! / probabilities(other[at]!)[action]!;
          const advantage = returnFrom(episode, t) - wrong(at, t);
          return total + Math.min(r * advantage, Math.min(Math.max(r, 0.9), 1.1) * advantage);
        }, 0),
      );
    const found = expectation(estimator, { behavior: other });
    expectClose(found, gradientOf(surrogate, policy));
    const unclipped = ppo({ gamma: 1, lambda: 1, clip: 1e9, normalizeAdvantage: false });
    const gap = Math.abs(found[1]![0]! - expectation(unclipped, { behavior: other })[1]![0]!);
    expect(gap).toBeGreaterThan(0.01);
  });

  it("grpo with groups of two: the gradient of the probability to beat another attempt", () => {
    // two numbers are ± 1/√2 unbiased standard deviations from their mean
    const outcomes = trajectories(bandit);
    const beats = (table: Table): number =>
      outcomes.reduce(
        (total, mine) =>
          total +
          outcomes.reduce((sum, theirs) => {
            const probability = probabilityOf(mine, table) * probabilityOf(theirs, threeArms);
            return sum + probability * Math.sign(mine.rewards[0]! - theirs.rewards[0]!) * Math.SQRT1_2;
          }, 0),
        0,
      );
    const found = expectation(grpo({ gamma: 1, groupSize: 2 }), {
      process: bandit,
      policy: threeArms,
      group: 2,
    });
    expectClose(found, gradientOf(beats, threeArms));
  });

  it("awr: the gradient of the weighted log-likelihood, which nears the policy gradient as β grows", () => {
    const likelihood =
      (temperature: number) =>
      (table: Table): number =>
        sumOver(maze, other, (episode) =>
          episode.states.reduce((total, at, t) => {
            const weight = Math.min(Math.exp((returnFrom(episode, t) - wrong(at, t)) / temperature), 20);
            return total + weight * Math.log(probabilities(table[at]!)[episode.actions[t]!]!);
          }, 0),
        );
    const options = { gamma: 1, lambda: 1, normalizeAdvantage: false };
    const found = expectation(awr({ ...options, temperature: 1.3 }), { behavior: other });
    expectClose(found, gradientOf(likelihood(1.3), policy), 1e-5);
    const mild = expectation(awr({ ...options, temperature: 1000 }));
    expectClose(scaledBy(mild, 1000), policyGradient(maze, policy), 0.03);
    expectClose(
      scaledBy(expectation(awr({ ...options, temperature: 10_000 })), 10_000),
      policyGradient(maze, policy),
      0.005,
    );
  });

  it("naturalGradient: Fisher information times the expected δ is the policy gradient, state by state", () => {
    const estimator = naturalGradient({
      gamma: 1,
      lambda: 1,
      normalizeAdvantage: false,
      probabilityFloor: 1e-9,
    });
    const fisherTimes = (logits: readonly number[], direction: readonly number[]): number[] => {
      const p = probabilities(logits);
      const mean = p.reduce((total, weight, i) => total + weight * direction[i]!, 0);
      return p.map((weight, i) => weight * (direction[i]! - mean));
    };
    const found = expectation(estimator);
    expectClose(
      found.map((direction, state) => fisherTimes(policy[state]!, direction)),
      policyGradient(maze, policy),
    );
    // and for one decision: Q − V up to a constant
    const arms = expectation(estimator, { process: bandit, policy: threeArms })[0]!;
    const worth = [0, 1, 2].map((action) =>
      bandit
        .transition(0, action)
        .reduce((total, probability, next) => total + probability * bandit.reward(0, action, next), 0),
    );
    const mean = (worth[0]! + worth[1]! + worth[2]!) / 3;
    worth.forEach((value, i) => {
      expect(arms[i]).toBeCloseTo(value - mean, 5);
    });
  });
});

describe("vtrace, off-policy", () => {
  it("is unbiased without cutting off: values of the policy that learns, its advantages where the other one goes", () => {
    const off = offPolicy({ rhoClip: Infinity, cClip: Infinity });
    const right = valuesOf(maze, policy, 0.9);
    const found = expectation(off, { behavior: other, output: "value" });
    const expected = policy.map(() => [0]);
    for (const episode of trajectories(maze)) {
      episode.states.forEach((at, t) => {
        expected[at]![0]! += probabilityOf(episode, other) * (right(at, t) - wrong(at, t));
      });
    }
    expectClose(found, expected, 1e-5);
  });

  it("with ρ̄ = 1 has its fixed point at the values of the policy proportional to min(μ, π)", () => {
    const between: Table = policy.map((row, state) => {
      const [mine, theirs] = [probabilities(row), probabilities(other[state]!)];
      return mine.map((p, action) => Math.log(Math.min(p, theirs[action]!)));
    });
    const fixed = valuesOf(maze, between, 0.9);
    const off = offPolicy({ rhoClip: 1, cClip: 1 });
    const nothing = policy.map(() => [0]);
    expectClose(expectation(off, { behavior: other, value: fixed, output: "value" }), nothing);
    const right = valuesOf(maze, policy, 0.9);
    const pulled = expectation(off, { behavior: other, value: right, output: "value" });
    expect(Math.abs(pulled[0]![0]!)).toBeGreaterThan(0.01);
  });

  it("weights the score with ρ̄ and the advantage of its targets: the policy's own gradient in the states visited", () => {
    const right = valuesOf(maze, policy, 0.9);
    const off = offPolicy({ rhoClip: Infinity, cClip: Infinity });
    const allActions = (table: Table): number =>
      sumOver(maze, other, ({ states }) =>
        states.reduce((total, at, t) => {
          const values = probabilities(table[at]!).map((probability, action) => {
            const q = maze
              .transition(at, action)
              .reduce(
                (sum, chance, next) =>
                  sum + chance * (maze.reward(at, action, next) + 0.9 * right(next, t + 1)),
                0,
              );
            return probability * q;
          });
          return total + values.reduce((sum, value) => sum + value, 0);
        }, 0),
      );
    expectClose(expectation(off, { behavior: other }), gradientOf(allActions, policy), 1e-5);
  });

  /** V-trace told about the policy that learns: logits by state, and the critic that the rollout recorded. */
  function offPolicy(clips: { rhoClip: number; cClip: number }): Estimator {
    const made = (value: Float32Array): Estimator =>
      vtrace({
        gamma: 0.9,
        ...clips,
        policy: {
          forward: (observation) => ({
            logits: tensor(
              Array.from(observation.dataSync(), (at) => [...policy[Math.max(0, at)]!]),
              { dtype: "float64" },
            ),
            value: tensor(value),
          }),
          distribution: ({ logits }) => new Categorical({ logits: logits! }),
        },
      });
    const any = made(new Float32Array(0));
    return { ...any, prepare: (rollout) => made(rollout.value).prepare(rollout) };
  }
});
