import { z } from "zod";
import type { RgbFrame } from "../../env.ts";
import { drawCartPole } from "../../rendering/classic-control.ts";
import type { Discrete } from "../../spaces/discrete.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import { CartPoleEnv } from "./cart-pole.ts";
import { advanceCartPole } from "./cart-pole-physics.ts";
import {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
  vectorKwargs,
} from "./classic-control-vector.ts";

/** Arguments of {@link CartPoleVectorEnv}. */
export interface CartPoleVectorKwargs extends ClassicControlVectorKwargs {
  readonly suttonBartoReward?: boolean;
}

/**
 * Many cart-poles ({@link CartPoleEnv}) in one loop; see {@link ClassicControlVectorEnv} for seeds. All positions are
 * drawn first, then all velocities, angles and angular velocities.
 *
 * Source: `CartPoleVectorEnv` of Gymnasium 1.3.0, which has the autoreset mode `"next_step"` only.
 */
export class CartPoleVectorEnv extends ClassicControlVectorEnv<Discrete> {
  readonly #running: number;
  readonly #ended: number;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: CartPoleVectorKwargs = {}) {
    const parsed = parseKwargs(
      { name: "CartPoleVectorEnv", metadata: CartPoleEnv.metadata },
      { ...vectorKwargs(500), suttonBartoReward: z.boolean().default(false) },
      kwargs,
    );
    super(new CartPoleEnv(), 4, parsed);
    this.#running = parsed.suttonBartoReward ? 0 : 1;
    this.#ended = parsed.suttonBartoReward ? -1 : 1;
  }

  protected override startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[] {
    const { low, high } = boundsOption(options, -0.05, 0.05);
    return new Array<StartBounds>(4).fill([low, high]);
  }

  protected override begin(): void {}

  protected override observe(index: number): void {
    const { physics, observations } = this;
    for (let place = index * 4; place < index * 4 + 4; place++) observations[place] = physics[place]!;
  }

  protected override advance(actions: ArrayLike<number>): void {
    const { numEnvs, physics, observations, rewards, terminated, done } = this;
    const running = this.#running;
    const ended = this.#ended;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) continue;
      const offset = i * 4;
      const fell = advanceCartPole(physics, offset, actions[i]!);
      terminated[i] = fell ? 1 : 0;
      rewards[i] = fell ? ended : running;
      observations[offset] = physics[offset]!;
      observations[offset + 1] = physics[offset + 1]!;
      observations[offset + 2] = physics[offset + 2]!;
      observations[offset + 3] = physics[offset + 3]!;
    }
  }

  protected override draw(index: number): RgbFrame {
    return drawCartPole(this.physics[index * 4]!, this.physics[index * 4 + 2]!);
  }
}
