import { evaluate, ppo, type TrainConfig, type TrainResult, train } from "@gradbridge/bridge";
import type { StartSubject } from "../subject.ts";
import { tunedCartPole } from "../tuned-cart-pole.ts";

/** CleanRL's ppo.py: 4 environments × 128 steps, 4 epochs × 4 minibatches. */
const cleanrl: TrainConfig = {
  env: "CartPole-v1",
  evalEpisodes: 0,
  // CleanRL's value loss is coefficient · ½ (v − R)², whose δ is coefficient · (R − v).
  estimator: ppo({
    gamma: 0.99,
    lambda: 0.95,
    clip: 0.2,
    entropy: 0.01,
    valueCoefficient: 0.5,
    valueClip: 0.2,
  }),
  numEnvs: 4,
  rolloutSteps: 128,
  minibatchSize: 128,
  epochs: 4,
  learningRate: 2.5e-4,
  learningRateSchedule: "linear",
};

/** RLtools' Pendulum benchmark, which is quoted and not run here: src/quoted.ts. */
const pendulum: TrainConfig = {
  env: "Pendulum-v1",
  evalEpisodes: 0,
  numEnvs: 4,
  rolloutSteps: 1024,
  minibatchSize: 256,
  epochs: 2,
  gamma: 0.9,
  lambda: 0.95,
  learningRate: 1e-3,
  activation: "relu",
  noiseEvery: null,
};

/** The name of a whole run. */
export type RunName = "tuned" | "cleanrl" | "pendulum";

/** The settings of each run, and how many environment steps it has. */
const runs: { readonly [name in RunName]: { readonly config: TrainConfig; readonly steps: number } } = {
  tuned: { config: tunedCartPole, steps: 100_000 },
  cleanrl: { config: cleanrl, steps: 500_000 },
  pendulum: { config: pendulum, steps: 307_200 },
};

/** Environment steps of a whole run. */
export function stepsOf(run: RunName): number {
  return runs[run].steps;
}

/** Each sample trains anew from another seed; seconds are those of training, without start-up and evaluation. */
export function training(run: RunName, device: string): StartSubject {
  const { config, steps: fullSteps } = runs[run];
  return (scale) => {
    const steps = scale === "smoke" ? 512 : fullSteps;
    let result: TrainResult | undefined;
    let seed = 0;
    return {
      async sample() {
        seed++;
        result = await train({ ...config, device, steps, seed });
        return result.seconds;
      },
      remark() {
        if (result === undefined) return "not run";
        const { mean, std } = evaluate(result.policy, config.env as string, {
          // The mean over 100 episodes of Pendulum-v1 is good to ± 11: too little to compare with what others quote.
          episodes: scale === "smoke" ? 2 : 2000,
          seed: 1000,
        });
        return `return ${mean.toFixed(0)} ± ${std.toFixed(0)}`;
      },
    };
  };
}
