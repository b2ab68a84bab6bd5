import type { Env } from "../env.ts";
import type { EnvSpecFields } from "../registration/env-spec.ts";
import type { Box } from "../spaces/box.ts";
import type { Discrete } from "../spaces/discrete.ts";
import type { Tuple } from "../spaces/tuple.ts";
import { AcrobotEnv } from "./classic-control/acrobot.ts";
import { AcrobotVectorEnv } from "./classic-control/acrobot-vector.ts";
import { CartPoleEnv } from "./classic-control/cart-pole.ts";
import { CartPoleVectorEnv } from "./classic-control/cart-pole-vector.ts";
import { MountainCarEnv } from "./classic-control/mountain-car.ts";
import { MountainCarContinuousEnv } from "./classic-control/mountain-car-continuous.ts";
import { MountainCarContinuousVectorEnv } from "./classic-control/mountain-car-continuous-vector.ts";
import { MountainCarVectorEnv } from "./classic-control/mountain-car-vector.ts";
import { PendulumEnv } from "./classic-control/pendulum.ts";
import { PendulumVectorEnv } from "./classic-control/pendulum-vector.ts";
import { BlackjackEnv } from "./toy-text/blackjack.ts";
import { CliffWalkingEnv } from "./toy-text/cliff-walking.ts";
import { FrozenLakeEnv } from "./toy-text/frozen-lake.ts";
import { TaxiEnv } from "./toy-text/taxi.ts";

/**
 * The environments that `make` gives for ids known to the compiler. Packages that register environments can add theirs:
 *
 * @example declare module "gymnasium-js" { interface EnvironmentTypes { "acme/Grid-v0": Env<Box, Discrete> } }
 */
export interface EnvironmentTypes {
  "CartPole-v0": Env<Box, Discrete>;
  "CartPole-v1": Env<Box, Discrete>;
  "MountainCar-v0": Env<Box, Discrete>;
  "MountainCarContinuous-v0": Env<Box, Box>;
  "Pendulum-v1": Env<Box, Box>;
  "Acrobot-v1": Env<Box, Discrete>;
  "Blackjack-v1": Env<Tuple<readonly [Discrete, Discrete, Discrete]>, Discrete>;
  "FrozenLake-v1": Env<Discrete, Discrete>;
  "FrozenLake8x8-v1": Env<Discrete, Discrete>;
  "CliffWalking-v1": Env<Discrete, Discrete>;
  "CliffWalkingSlippery-v1": Env<Discrete, Discrete>;
  "Taxi-v4": Env<Discrete, Discrete>;
}

/** Gymnasium has a vector environment of its own for CartPole only: `makeVec` prefers no other. */
const CLASSIC_CONTROL: readonly EnvSpecFields[] = [
  {
    id: "CartPole-v0",
    entryPoint: CartPoleEnv,
    vectorEntryPoint: CartPoleVectorEnv,
    maxEpisodeSteps: 200,
    rewardThreshold: 195,
  },
  {
    id: "CartPole-v1",
    entryPoint: CartPoleEnv,
    vectorEntryPoint: CartPoleVectorEnv,
    maxEpisodeSteps: 500,
    rewardThreshold: 475,
  },
  {
    id: "MountainCar-v0",
    entryPoint: MountainCarEnv,
    vectorEntryPoint: MountainCarVectorEnv,
    preferVectorEntryPoint: false,
    maxEpisodeSteps: 200,
    rewardThreshold: -110,
  },
  {
    id: "MountainCarContinuous-v0",
    entryPoint: MountainCarContinuousEnv,
    vectorEntryPoint: MountainCarContinuousVectorEnv,
    preferVectorEntryPoint: false,
    maxEpisodeSteps: 999,
    rewardThreshold: 90,
  },
  {
    id: "Pendulum-v1",
    entryPoint: PendulumEnv,
    vectorEntryPoint: PendulumVectorEnv,
    preferVectorEntryPoint: false,
    maxEpisodeSteps: 200,
  },
  {
    id: "Acrobot-v1",
    entryPoint: AcrobotEnv,
    vectorEntryPoint: AcrobotVectorEnv,
    preferVectorEntryPoint: false,
    maxEpisodeSteps: 500,
    rewardThreshold: -100,
  },
];

const TOY_TEXT: readonly EnvSpecFields[] = [
  { id: "Blackjack-v1", entryPoint: BlackjackEnv, kwargs: { sab: true, natural: false } },
  {
    id: "FrozenLake-v1",
    entryPoint: FrozenLakeEnv,
    kwargs: { mapName: "4x4" },
    maxEpisodeSteps: 100,
    rewardThreshold: 0.7,
  },
  {
    id: "FrozenLake8x8-v1",
    entryPoint: FrozenLakeEnv,
    kwargs: { mapName: "8x8" },
    maxEpisodeSteps: 200,
    rewardThreshold: 0.85,
  },
  { id: "CliffWalking-v1", entryPoint: CliffWalkingEnv },
  { id: "CliffWalkingSlippery-v1", entryPoint: CliffWalkingEnv, kwargs: { isSlippery: true } },
  { id: "Taxi-v4", entryPoint: TaxiEnv, maxEpisodeSteps: 200, rewardThreshold: 8 },
];

/** The environments that are registered from the start, with the limits and thresholds of Gymnasium 1.3.0. */
export const BUILT_IN_SPECS: readonly EnvSpecFields[] = [
  ...CLASSIC_CONTROL.map((fields) => ({ ...fields, group: "classic_control" })),
  ...TOY_TEXT.map((fields) => ({ ...fields, group: "toy_text" })),
];
