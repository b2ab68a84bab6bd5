import type { TrainSettings } from "./settings.ts";

/** Tuned settings by environment, then estimator. Those of PPO are rl-baselines3-zoo's. */
export const tunedSettings: {
  readonly [id: string]: { readonly [estimator: string]: Partial<TrainSettings> };
} = {
  "CartPole-v1": {
    ppo: {
      numEnvs: 8,
      rolloutSteps: 32,
      minibatchSize: 256,
      epochs: 20,
      gamma: 0.98,
      lambda: 0.8,
      learningRate: 1e-3,
      learningRateSchedule: "linear",
      clip: 0.2,
      clipSchedule: "linear",
    },
    reinforce: { steps: 300_000 },
    actorCritic: { steps: 300_000 },
  },
};

/** Each rollout is used once, as a whole. */
const once: Partial<TrainSettings> = {
  numEnvs: 8,
  rolloutSteps: 128,
  minibatchSize: 1024,
  epochs: 1,
  learningRate: 5e-3,
  learningRateSchedule: "linear",
};

/** What an estimator needs whatever the environment. */
export const estimatorSettings: { readonly [estimator: string]: Partial<TrainSettings> } = {
  reinforce: once,
  rloo: once,
  // λ = 1: with less, the critic's mistakes end some seeds' learning early
  actorCritic: { ...once, lambda: 1 },
  vtrace: { ...once, lambda: 1 },
  naturalGradient: { ...once, lambda: 1 },
};
