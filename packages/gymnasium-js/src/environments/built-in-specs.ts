import type { Env } from "../env.ts";
import type { EnvSpecFields } from "../registration/env-spec.ts";
import type { Box } from "../spaces/box.ts";
import type { Discrete } from "../spaces/discrete.ts";
import { CartPoleEnv } from "./classic-control/cart-pole.ts";
import { CartPoleVectorEnv } from "./classic-control/cart-pole-vector.ts";
import { PendulumEnv } from "./classic-control/pendulum.ts";

/**
 * The environments that `make` gives for ids known to the compiler. Packages that register environments can add theirs:
 *
 * @example declare module "gymnasium-js" { interface EnvironmentTypes { "acme/Grid-v0": Env<Box, Discrete> } }
 */
export interface EnvironmentTypes {
  "CartPole-v0": Env<Box, Discrete>;
  "CartPole-v1": Env<Box, Discrete>;
  "Pendulum-v1": Env<Box, Box>;
}

const CLASSIC_CONTROL = "classic_control";

/** The environments that are registered from the start, with the limits and thresholds of Gymnasium 1.3.0. */
export const BUILT_IN_SPECS: readonly EnvSpecFields[] = [
  {
    id: "CartPole-v0",
    entryPoint: CartPoleEnv,
    vectorEntryPoint: CartPoleVectorEnv,
    maxEpisodeSteps: 200,
    rewardThreshold: 195,
    group: CLASSIC_CONTROL,
  },
  {
    id: "CartPole-v1",
    entryPoint: CartPoleEnv,
    vectorEntryPoint: CartPoleVectorEnv,
    maxEpisodeSteps: 500,
    rewardThreshold: 475,
    group: CLASSIC_CONTROL,
  },
  { id: "Pendulum-v1", entryPoint: PendulumEnv, maxEpisodeSteps: 200, group: CLASSIC_CONTROL },
];
