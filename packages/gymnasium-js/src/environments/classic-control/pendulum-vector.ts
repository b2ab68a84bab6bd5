import { z } from "zod";
import type { RgbFrame } from "../../env.ts";
import { drawPendulum } from "../../rendering/classic-control.ts";
import type { Box } from "../../spaces/box.ts";
import { numberOption, parseKwargs } from "../kwargs.ts";
import {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
  vectorKwargs,
} from "./classic-control-vector.ts";
import { PendulumEnv } from "./pendulum.ts";
import { advancePendulum, MAX_TORQUE, observePendulum, placePendulum } from "./pendulum-physics.ts";

/** Arguments of {@link PendulumVectorEnv}. */
export interface PendulumVectorKwargs extends ClassicControlVectorKwargs {
  /** Acceleration of gravity in m/s². */
  readonly g?: number;
}

/** Angle, angular velocity, sine of the angle, and the last torque for the picture: 0 before the first. */
const STATE_SIZE = 4;

/**
 * Many pendulums ({@link PendulumEnv}) in one loop; see {@link ClassicControlVectorEnv} for seeds: all angles are drawn
 * first, then all angular velocities. Gymnasium has none outside of JAX; every step is bit for bit that of the single
 * environment.
 */
export class PendulumVectorEnv extends ClassicControlVectorEnv<Box> {
  readonly #gravity: number;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: PendulumVectorKwargs = {}) {
    const parsed = parseKwargs(
      { name: "PendulumVectorEnv", metadata: PendulumEnv.metadata },
      { ...vectorKwargs(200), g: z.number().default(10) },
      kwargs,
    );
    super(new PendulumEnv(), STATE_SIZE, parsed);
    this.#gravity = parsed.g;
  }

  protected override startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[] {
    const angle = numberOption(options, "xInit", Math.PI);
    const velocity = numberOption(options, "yInit", 1);
    return [
      [-angle, angle],
      [-velocity, velocity],
    ];
  }

  protected override begin(index: number): void {
    const offset = index * STATE_SIZE;
    placePendulum(this.physics, offset, this.physics[offset]!, this.physics[offset + 1]!);
    this.physics[offset + 3] = 0;
  }

  protected override observe(index: number): void {
    observePendulum(this.physics, index * STATE_SIZE, this.observations, index * 3);
  }

  protected override advance(actions: ArrayLike<number>): void {
    const { numEnvs, physics, observations, rewards, done } = this;
    const gravity = this.#gravity;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) continue;
      const offset = i * STATE_SIZE;
      const torque = Math.min(Math.max(actions[i]!, -MAX_TORQUE), MAX_TORQUE);
      rewards[i] = advancePendulum(physics, offset, torque, gravity);
      physics[offset + 3] = torque;
      observePendulum(physics, offset, observations, i * 3);
    }
  }

  protected override draw(index: number): RgbFrame {
    const torque = this.physics[index * STATE_SIZE + 3]!;
    return drawPendulum(this.physics[index * STATE_SIZE]!, torque === 0 ? null : torque);
  }
}
