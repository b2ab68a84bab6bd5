import { spsa } from "@gradbridge/bridge";
import { type Tensor, tensor } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { ConflictGraph } from "./conflict-graph.ts";
import { plainGreedy, type Schedule, scoredGreedy } from "./greedy.ts";
import { sampleSchedule } from "./plackett-luce.ts";

/** A graph and what plain greedy makes of it, the unit of the reward. */
export interface SchedulingProblem {
  readonly graph: ConflictGraph;
  readonly plainUtility: number;
}

/** A graph as a problem. */
export function problemOf(graph: ConflictGraph): SchedulingProblem {
  return { graph, plainUtility: plainGreedy(graph).utility };
}

/** A way to get from a black box to an improvement direction. */
export interface DeltaMethod {
  readonly name: string;
  /**
   * δ [G · N] at the outputs y [G · N] of G problems of N links, from `solves` calls of the greedy solver a problem.
   * @param random where it explores
   */
  delta(problems: readonly SchedulingProblem[], y: Float32Array, random: Generator): Float32Array;
}

/**
 * The same without what moves all outputs of a problem together. Greedy does not feel that; what δ has of it is noise or
 * drift.
 */
export function centered(method: DeltaMethod): DeltaMethod {
  return {
    name: `${method.name}, centered`,
    delta(problems, y, random) {
      const delta = method.delta(problems, y, random);
      const size = y.length / problems.length;
      for (let start = 0; start < delta.length; start += size) {
        const own = delta.subarray(start, start + size);
        const mean = own.reduce((sum, value) => sum + value, 0) / size;
        for (let link = 0; link < size; link++) own[link]! -= mean;
      }
      return delta;
    },
  };
}

/** Calls of the solver for each graph and step: the same for every method. */
const solves = 8;

/** R: the utility of greedy by u exp(y) as a multiple of plain greedy's. */
export function reward({ graph, plainUtility }: SchedulingProblem, y: ArrayLike<number>): number {
  return scoredGreedy(graph, y).utility / plainUtility;
}

/**
 * Score of a Gaussian policy that acts with a = y + σ ξ: δ = mean of (R − baseline) ∂log π(a)/∂y, which is ξ/σ; the
 * baseline is the mean reward of the problem's other samples (leave one out). Unbiased for the gradient of E[R(y + σ ξ)].
 */
export function gaussianScore(sigma = 0.2): DeltaMethod {
  return exploring("score", sigma, (problem, outputs, samples, delta) => {
    const advantages = leaveOneOut(samples.map(({ utility }) => utility / problem.plainUtility));
    samples.forEach(({ noise }, sample) => {
      const weight = advantages[sample]! / solves / sigma;
      for (let link = 0; link < outputs.length; link++) delta[link]! += weight * noise[link]!;
    });
  });
}

/**
 * Reward on the selected vertices: δ = mean of (R − baseline) for each link that was scheduled, under the same
 * exploration and with the same baseline. An estimate of the covariance of the reward with being selected, which is
 * no gradient.
 */
export function selectedReward(sigma = 0.2): DeltaMethod {
  return exploring("reward on selected", sigma, (problem, _outputs, samples, delta) => {
    const advantages = leaveOneOut(samples.map(({ utility }) => utility / problem.plainUtility));
    samples.forEach(({ links }, sample) => {
      for (const link of links) delta[link]! += advantages[sample]! / solves;
    });
  });
}

/**
 * Reward as the target of the selected vertices: δ = mean of κ (R − 1) − y for each link that was scheduled, 0 for the
 * others. y learns by regression what schedules with this link are worth; so do Zhao et al., who multiply weights by
 * z = R where this has exp(κ (R − 1)).
 */
export function selectedTarget(kappa = 5, sigma = 0.3): DeltaMethod {
  return exploring("target of selected", sigma, (problem, outputs, samples, delta) => {
    for (const { links, utility } of samples) {
      const target = kappa * (utility / problem.plainUtility - 1);
      for (const link of links) delta[link]! += (target - outputs[link]!) / solves;
    }
  });
}

/** Simultaneous perturbation of a graph's outputs, mirrored, as the bridge has it. */
export function outputSpsa(step = 0.2): DeltaMethod {
  return {
    name: "SPSA",
    delta(problems, y, random) {
      const estimator = spsa({
        evaluate: (outputs, [problem]) => reward(problems[problem!]!, outputs),
        output: "y",
        step,
        pairs: solves / 2,
        seed: Number(random.integers(0, 2 ** 31)),
      });
      const observation = tensor(
        Float32Array.from(problems, (_, i) => i),
        { shape: [problems.length, 1] },
      );
      const outputs = { y: tensor(y, { shape: [problems.length, y.length / problems.length] }) };
      // a search in output space reads nothing else of a minibatch
      const { y: delta } = estimator.delta({ observation, scalars: {} } as never, outputs) as { y: Tensor };
      return Float32Array.from(delta.dataSync());
    },
  };
}

/**
 * Score of the policy that draws the next link among those left with probability ∝ (u exp y)^(1/T) (Plackett and Luce):
 * what theory recommends for a solver that takes one link after the other.
 */
export function plackettLuceScore(temperature = 0.2): DeltaMethod {
  return {
    name: "Plackett–Luce score",
    delta: (problems, y, random) =>
      perProblem(problems, y, (problem, outputs, delta) => {
        const samples = Array.from({ length: solves }, () =>
          sampleSchedule(problem.graph, outputs, temperature, random),
        );
        const advantages = leaveOneOut(samples.map(({ utility }) => utility / problem.plainUtility));
        samples.forEach(({ score }, sample) => {
          for (let link = 0; link < score.length; link++) {
            delta[link]! += (advantages[sample]! * score[link]!) / solves;
          }
        });
      }),
  };
}

/** What one exploring call of the solver gave. */
interface Sample extends Schedule {
  /** ξ of a = y + σ ξ, [N] */
  readonly noise: Float64Array;
}

/** δ of each problem from `solves` samples a = y + σ ξ. */
function exploring(
  name: string,
  sigma: number,
  fill: (
    problem: SchedulingProblem,
    y: Float32Array,
    samples: readonly Sample[],
    delta: Float32Array,
  ) => void,
): DeltaMethod {
  return {
    name,
    delta: (problems, y, random) =>
      perProblem(problems, y, (problem, outputs, delta) => {
        const samples = Array.from({ length: solves }, () => {
          const noise = random.fillNormal(new Float64Array(outputs.length));
          const acted = noise.map((value, link) => outputs[link]! + sigma * value);
          return { noise, ...scoredGreedy(problem.graph, acted) };
        });
        fill(problem, outputs, samples, delta);
      }),
  };
}

function perProblem(
  problems: readonly SchedulingProblem[],
  y: Float32Array,
  fill: (problem: SchedulingProblem, outputs: Float32Array, delta: Float32Array) => void,
): Float32Array {
  const delta = new Float32Array(y.length);
  const size = y.length / problems.length;
  problems.forEach((problem, i) => {
    fill(problem, y.subarray(i * size, (i + 1) * size), delta.subarray(i * size, (i + 1) * size));
  });
  return delta;
}

/** Each reward minus the mean of the others. */
function leaveOneOut(rewards: readonly number[]): number[] {
  const total = rewards.reduce((sum, one) => sum + one, 0);
  return rewards.map((one) => one - (total - one) / (rewards.length - 1));
}
