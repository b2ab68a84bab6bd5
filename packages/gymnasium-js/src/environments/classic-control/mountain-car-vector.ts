import { z } from "zod";
import type { RgbFrame } from "../../env.ts";
import { drawMountainCar } from "../../rendering/classic-control.ts";
import type { Discrete } from "../../spaces/discrete.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
  vectorKwargs,
} from "./classic-control-vector.ts";
import { MountainCarEnv } from "./mountain-car.ts";
import { advanceMountainCar, GOAL_POSITION } from "./mountain-car-physics.ts";

/** Arguments of {@link MountainCarVectorEnv}. */
export interface MountainCarVectorKwargs extends ClassicControlVectorKwargs {
  /** Speed the cars must have at the goal. */
  readonly goalVelocity?: number;
}

/**
 * Many mountain cars ({@link MountainCarEnv}) in one loop; see {@link ClassicControlVectorEnv} for seeds. Gymnasium
 * has none; every step is bit for bit that of the single environment.
 */
export class MountainCarVectorEnv extends ClassicControlVectorEnv<Discrete> {
  readonly #goalVelocity: number;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: MountainCarVectorKwargs = {}) {
    const parsed = parseKwargs(
      { name: "MountainCarVectorEnv", metadata: MountainCarEnv.metadata },
      { ...vectorKwargs(200), goalVelocity: z.number().default(0) },
      kwargs,
    );
    super(new MountainCarEnv(), 2, parsed);
    this.#goalVelocity = parsed.goalVelocity;
  }

  protected override startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[] {
    const { low, high } = boundsOption(options, -0.6, -0.4);
    return [[low, high]];
  }

  protected override begin(index: number): void {
    this.physics[index * 2 + 1] = 0;
  }

  protected override observe(index: number): void {
    this.observations[index * 2] = this.physics[index * 2]!;
    this.observations[index * 2 + 1] = this.physics[index * 2 + 1]!;
  }

  protected override advance(actions: ArrayLike<number>): void {
    const { numEnvs, physics, observations, rewards, terminated, done } = this;
    const goalVelocity = this.#goalVelocity;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) continue;
      const offset = i * 2;
      terminated[i] = advanceMountainCar(physics, offset, actions[i]!, goalVelocity) ? 1 : 0;
      rewards[i] = -1;
      observations[offset] = physics[offset]!;
      observations[offset + 1] = physics[offset + 1]!;
    }
  }

  protected override draw(index: number): RgbFrame {
    return drawMountainCar(this.physics[index * 2]!, GOAL_POSITION);
  }
}
