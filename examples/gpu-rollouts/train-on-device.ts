import { applyDelta, ppo } from "@gradbridge/bridge";
import {
  adam,
  clipGradNorm,
  compile,
  indexSelect,
  noGrad,
  stack,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import {
  cartPole,
  type DeviceRollout,
  deviceEnvironments,
  deviceTargets,
  pendulum,
  type Simulation,
} from "@gradbridge/gpu-envs";
import { actorCritic, categoricalHead, gaussianHead, type Policy } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";

const simulations: Readonly<Record<string, Simulation>> = {
  [cartPole.id]: cartPole,
  [pendulum.id]: pendulum,
};

/** What to train, and how. */
export interface Options {
  readonly env: string;
  readonly numEnvs: number;
  /** Steps of each environment in one rollout. */
  readonly steps: number;
  readonly updates: number;
  readonly epochs: number;
  readonly minibatchSize: number;
  readonly learningRate: number;
  readonly gamma: number;
  readonly lambda: number;
  readonly hidden: readonly number[];
  readonly seed: number;
}

/** Settings that learn CartPole-v1 in some minutes of a software GPU, and in seconds of a real one. */
export const defaults: Options = {
  env: "CartPole-v1",
  numEnvs: 4096,
  steps: 32,
  updates: 100,
  epochs: 4,
  minibatchSize: 16384,
  learningRate: 3e-3,
  gamma: 0.98,
  lambda: 0.9,
  hidden: [64, 64],
  seed: 1,
};

/** One update in the log. */
export interface Progress {
  readonly update: number;
  /** Environment steps so far. */
  readonly steps: number;
  readonly seconds: number;
  /** Mean reward of a step in this rollout. */
  readonly rewardMean: number;
  /** Steps of this rollout for each episode that ended in it: about the mean length of an episode. */
  readonly lengthMean: number;
  /** Of the last minibatch, before clipping. */
  readonly gradNorm: number;
}

/** PPO on the current device. Reads nothing back but the numbers of the log, once per update. */
export async function trainOnDevice(options: Options, log: (progress: Progress) => void): Promise<Policy> {
  const simulation = simulations[options.env];
  if (simulation === undefined) {
    throw new Error(`No kernels for ${options.env}. There are: ${Object.keys(simulations).join(", ")}.`);
  }
  const { numEnvs, steps, seed, gamma, lambda } = options;
  const [initial, shuffle] = generator(seed).spawn(2);
  const policy = actorCritic({
    observationSize: simulation.observationSize,
    head:
      simulation.choices === null ? gaussianHead(simulation.actionSize) : categoricalHead(simulation.choices),
    hidden: options.hidden,
    generator: initial!,
  });
  const environments = deviceEnvironments(simulation, { numEnvs, steps, seed });
  const value = (observation: Tensor): Tensor => noGrad(() => policy.forward(observation).value!);
  /** A rollout and its targets: one submission. */
  const gather = compile(() => {
    const rollout = environments.collect(policy.forward);
    const values = { value: value(rollout.observation), nextValue: value(rollout.next) };
    return { rollout, ...values, ...deviceTargets(rollout, values, { numEnvs, gamma, lambda }) };
  });
  const learn = learner(policy, options);
  const rows = numEnvs * steps;
  const began = performance.now();
  for (let update = 1; update <= options.updates; update++) {
    const { rollout, ...targets } = gather();
    const measured = tidy(() => {
      let gradNorm: Tensor | null = null;
      for (let epoch = 0; epoch < options.epochs; epoch++) {
        const order = Int32Array.from(shuffle!.permutation(rows) as ArrayLike<number>);
        for (let start = 0; start < rows; start += options.minibatchSize) {
          const index = tensor(order.slice(start, start + options.minibatchSize));
          gradNorm = learn(rollout, targets, index);
        }
      }
      const endings = rollout.ended.greater(0).cast("float32").sum();
      return stack([rollout.reward.mean(), endings, gradNorm!], 0);
    });
    const [rewardMean, endings, gradNorm] = (await measured.data()) as unknown as [number, number, number];
    const seconds = (performance.now() - began) / 1000;
    log({
      update,
      steps: update * rows,
      seconds,
      rewardMean,
      lengthMean: rows / Math.max(1, endings),
      gradNorm,
    });
  }
  return policy;
}

type Targets = { readonly advantage: Tensor; readonly returns: Tensor; readonly value: Tensor };

/** The update from the chosen rows of a rollout, compiled: one submission. Gives the norm of its gradient. */
function learner(
  policy: Policy,
  { learningRate }: Options,
): (rollout: DeviceRollout, targets: Targets, index: Tensor) => Tensor {
  const estimator = ppo();
  const clip = tensor(0.2);
  const optimizer = adam(policy.parameters(), { learningRate, epsilon: 1e-5 });
  const step = compile(
    (
      observation: Tensor,
      action: Tensor,
      logProb: Tensor,
      advantage: Tensor,
      returns: Tensor,
      value: Tensor,
      range: Tensor,
      index: Tensor,
    ) => {
      const chosen = (rows: Tensor): Tensor => indexSelect(rows, 0, index);
      const outputs = policy.forward(chosen(observation));
      const deltas = noGrad(() =>
        estimator.delta(
          {
            size: index.size,
            observation: chosen(observation),
            action: chosen(action),
            logProb: chosen(logProb),
            behavior: {},
            distribution: policy.distribution(outputs),
            targets: { advantage: chosen(advantage), return: chosen(returns), value: chosen(value) },
            scalars: { clip: range },
          },
          outputs,
        ),
      );
      optimizer.zeroGrad();
      applyDelta(outputs, deltas, { mode: "seed" });
      const norm = clipGradNorm(policy.parameters(), 0.5);
      optimizer.step();
      return norm;
    },
  );
  return ({ observation, action, logProb }, { advantage, returns, value }, index) =>
    step(observation, action, logProb, advantage, returns, value, clip, index);
}
