import { z } from "zod";
import type { RgbFrame } from "../../env.ts";
import { drawMountainCar } from "../../rendering/classic-control.ts";
import type { Box } from "../../spaces/box.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
  vectorKwargs,
} from "./classic-control-vector.ts";
import { MountainCarContinuousEnv } from "./mountain-car-continuous.ts";
import {
  advanceMountainCarContinuous,
  CONTINUOUS_GOAL_POSITION,
  mountainCarContinuousReward,
} from "./mountain-car-continuous-physics.ts";

/** Arguments of {@link MountainCarContinuousVectorEnv}. */
export interface MountainCarContinuousVectorKwargs extends ClassicControlVectorKwargs {
  /** Speed the cars must have at the goal. */
  readonly goalVelocity?: number;
}

/**
 * Many mountain cars with an engine that can be set to any force ({@link MountainCarContinuousEnv}) in one loop; see
 * {@link ClassicControlVectorEnv} for seeds. Gymnasium has none; every step is bit for bit that of the single
 * environment.
 */
export class MountainCarContinuousVectorEnv extends ClassicControlVectorEnv<Box> {
  readonly #goalVelocity: number;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: MountainCarContinuousVectorKwargs = {}) {
    const parsed = parseKwargs(
      { name: "MountainCarContinuousVectorEnv", metadata: MountainCarContinuousEnv.metadata },
      { ...vectorKwargs(999), goalVelocity: z.number().default(0) },
      kwargs,
    );
    super(new MountainCarContinuousEnv(), 3, parsed);
    this.#goalVelocity = parsed.goalVelocity;
  }

  protected override startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[] {
    const { low, high } = boundsOption(options, -0.6, -0.4);
    return [[low, high]];
  }

  protected override begin(index: number): void {
    this.physics[index * 3 + 1] = 0;
    this.physics[index * 3 + 2] = 0;
  }

  protected override observe(index: number): void {
    this.observations[index * 2] = this.physics[index * 3]!;
    this.observations[index * 2 + 1] = this.physics[index * 3 + 1]!;
  }

  protected override advance(actions: ArrayLike<number>): void {
    const { numEnvs, physics, observations, rewards, terminated, done } = this;
    const goalVelocity = this.#goalVelocity;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) continue;
      const offset = i * 3;
      const force = actions[i]!;
      const reached = advanceMountainCarContinuous(physics, offset, force, goalVelocity);
      terminated[i] = reached ? 1 : 0;
      rewards[i] = mountainCarContinuousReward(force, reached);
      observations[i * 2] = physics[offset]!;
      observations[i * 2 + 1] = physics[offset + 1]!;
    }
  }

  protected override draw(index: number): RgbFrame {
    return drawMountainCar(this.physics[index * 3]!, CONTINUOUS_GOAL_POSITION);
  }
}
