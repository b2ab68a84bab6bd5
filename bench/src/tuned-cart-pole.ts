import type { TrainConfig } from "@gradbridge/bridge";

/** PPO on CartPole-v1 with rl-baselines3-zoo's settings, which are this environment's defaults. */
export const tunedCartPole: TrainConfig = { env: "CartPole-v1", evalEpisodes: 0 };
