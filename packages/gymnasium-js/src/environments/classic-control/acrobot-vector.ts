import { z } from "zod";
import type { RgbFrame } from "../../env.ts";
import { drawAcrobot } from "../../rendering/classic-control.ts";
import type { Discrete } from "../../spaces/discrete.ts";
import { boundsOption, parseKwargs } from "../kwargs.ts";
import { AcrobotEnv } from "./acrobot.ts";
import type { AcrobotEquations } from "./acrobot-dynamics.ts";
import { advanceAcrobot, observeAcrobot } from "./acrobot-physics.ts";
import {
  ClassicControlVectorEnv,
  type ClassicControlVectorKwargs,
  type StartBounds,
  vectorKwargs,
} from "./classic-control-vector.ts";

/** Arguments of {@link AcrobotVectorEnv}. */
export interface AcrobotVectorKwargs extends ClassicControlVectorKwargs {
  /** Whose equations of motion: Sutton and Barto's book, or the NIPS paper, which lacks a term. */
  readonly bookOrNips?: AcrobotEquations;
}

/** θ₁, θ₂, their velocities, and 1 if these are float32. */
const STATE_SIZE = 5;

/**
 * Many acrobots ({@link AcrobotEnv}) in one loop; see {@link ClassicControlVectorEnv} for seeds. Gymnasium has none;
 * every step is bit for bit that of the single environment.
 */
export class AcrobotVectorEnv extends ClassicControlVectorEnv<Discrete> {
  readonly #equations: AcrobotEquations;

  /** @throws GymnasiumError `unknown-kwarg`, `bad-kwarg`, `unsupported-mode` */
  constructor(kwargs: AcrobotVectorKwargs = {}) {
    const parsed = parseKwargs(
      { name: "AcrobotVectorEnv", metadata: AcrobotEnv.metadata },
      { ...vectorKwargs(500), bookOrNips: z.enum(["book", "nips"]).default("book") },
      kwargs,
    );
    super(new AcrobotEnv(), STATE_SIZE, parsed);
    this.#equations = parsed.bookOrNips;
  }

  protected override startBounds(options: Readonly<Record<string, unknown>> | null): readonly StartBounds[] {
    const { low, high } = boundsOption(options, -0.1, 0.1);
    return new Array<StartBounds>(4).fill([low, high]);
  }

  protected override begin(index: number): void {
    const offset = index * STATE_SIZE;
    for (let place = offset; place < offset + 4; place++) {
      this.physics[place] = Math.fround(this.physics[place]!);
    }
    this.physics[offset + 4] = 1;
  }

  protected override observe(index: number): void {
    observeAcrobot(this.physics, index * STATE_SIZE, this.observations, index * 6);
  }

  protected override advance(actions: ArrayLike<number>): void {
    const { numEnvs, physics, observations, rewards, terminated, done } = this;
    const equations = this.#equations;
    for (let i = 0; i < numEnvs; i++) {
      if (done[i] === 1) continue;
      const offset = i * STATE_SIZE;
      const reached = advanceAcrobot(physics, offset, actions[i]!, equations);
      terminated[i] = reached ? 1 : 0;
      rewards[i] = reached ? 0 : -1;
      observeAcrobot(physics, offset, observations, i * 6);
    }
  }

  protected override draw(index: number): RgbFrame {
    return drawAcrobot(this.physics[index * STATE_SIZE]!, this.physics[index * STATE_SIZE + 1]!);
  }
}
