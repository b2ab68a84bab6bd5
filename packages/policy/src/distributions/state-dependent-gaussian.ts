import { GradbridgeError, type Tensor, type TypedArray } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";

/** Noise that actions share over several steps. Plain data: kept with a run, it continues exactly. */
export interface ExplorationNoise {
  /** Standard normal numbers, [B, features, d]. */
  readonly values: Float32Array;
  /** How many steps have used them. */
  readonly age: number;
}

/** What a {@link StateDependentGaussian} draws from. */
export interface StateDependentNoise {
  /** φ(s), [B, features]: what the noise is multiplied with. */
  readonly features: Tensor;
  /** w, the log of the standard deviation of each weight of the noise, [features, d]. */
  readonly logWeights: Tensor;
  /** The noise in use; without it every action gets its own. */
  readonly noise?: ExplorationNoise;
}

/**
 * Normal actions whose noise is a function of the state (Raffin et al. 2020, "gSDE"): a = μ(s) + φ(s) (e^w ∘ ε) with one
 * matrix ε of standard normal numbers for several steps, so that one state gets one noise and exploration is smooth.
 *
 * In any one state that is a normal distribution with σ² = φ(s)² e^{2w}; log-probability, score, entropy and divergence
 * are those of the {@link DiagonalGaussian} with mean and logStd [B, d]. Only `draw` differs.
 */
export class StateDependentGaussian extends DiagonalGaussian {
  readonly #given: StateDependentNoise;

  /** @throws code `shape` as {@link DiagonalGaussian}. */
  constructor(outputs: { readonly mean: Tensor; readonly logStd: Tensor }, given: StateDependentNoise) {
    super(outputs);
    this.#given = given;
  }

  /**
   * μ + φ (e^w ∘ ε), with no new random numbers; where no noise is in use, a draw from the normal distribution.
   * @throws code `exploration` for noise of another size.
   */
  override draw(generator: Generator): TypedArray {
    const { features, logWeights, noise } = this.#given;
    if (noise === undefined) return super.draw(generator);
    const [rows, d] = this.mean.shape as [number, number];
    const width = features.shape[1]!;
    if (noise.values.length !== rows * width * d) {
      throw new GradbridgeError(
        "exploration",
        `StateDependentGaussian: the noise has ${noise.values.length} numbers, for ${rows} rows of ${width} features ` +
          `and ${d} actions it needs ${rows * width * d}. Does it come from another policy or number of environments?`,
      );
    }
    const action = this.mean.dataSync();
    const phi = features.dataSync();
    const logs = logWeights.dataSync();
    const weights = new Float64Array(logs.length);
    for (let i = 0; i < logs.length; i++) weights[i] = Math.exp(logs[i]!);
    for (let row = 0; row < rows; row++) {
      for (let j = 0; j < d; j++) {
        let shift = 0;
        for (let i = 0; i < width; i++) {
          shift += phi[row * width + i]! * weights[i * d + j]! * noise.values[(row * width + i) * d + j]!;
        }
        action[row * d + j]! += shift;
      }
    }
    return action;
  }
}

/**
 * The noise of the next step: the one before, while it has served fewer than `resampleEvery` steps, or a new one.
 * @param previous of the step before, for as many rows; none draws a new one
 * @throws code `exploration` for noise of another size.
 */
export function nextNoise(
  previous: ExplorationNoise | undefined,
  size: number,
  resampleEvery: number,
  generator: Generator,
): ExplorationNoise {
  if (previous !== undefined && previous.values.length !== size) {
    throw new GradbridgeError(
      "exploration",
      `act: the noise of the step before has ${previous.values.length} numbers, this one needs ${size}. Start without it.`,
    );
  }
  if (previous !== undefined && previous.age < resampleEvery) {
    return { values: previous.values, age: previous.age + 1 };
  }
  const values = new Float32Array(size);
  generator.fillNormal(values);
  return { values, age: 1 };
}
