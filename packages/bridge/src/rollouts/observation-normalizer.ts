import { type JsonValue, RunningMeanStd } from "gymnasium-js";

/** Added to the variance, against division by zero. */
export const normalizerEpsilon = 1e-8;

/** Normalised observations and rewards stay within ± this. */
export const normalizerLimit = 10;

/**
 * Shifts and scales encoded observations, element by element, to mean 0 and variance 1 as learned from those seen in
 * training: clip((x − mean)/√(variance + 1e-8), ±10).
 *
 * What is learned is float64, and saved so with checkpoints. What is applied is its float32 rounding, in float32
 * arithmetic, so that a saved policy, which holds float32 tensors, acts as it did in training on every device.
 *
 * Source: agrees with Stable-Baselines3's `VecNormalize` up to that rounding.
 */
export class ObservationNormalizer {
  /** What is applied, [size]. */
  readonly mean: Float32Array;
  /** What is applied, [size]. */
  readonly variance: Float32Array;
  readonly #statistics: RunningMeanStd;
  /** √(variance + ε), [size] */
  readonly #deviation: Float32Array;

  /** @param size elements of one encoded observation */
  constructor(size: number) {
    this.#statistics = new RunningMeanStd(size);
    this.mean = new Float32Array(size);
    this.variance = new Float32Array(size).fill(1);
    this.#deviation = new Float32Array(size).fill(1);
  }

  /** Learns from observations, [rows, size]. */
  update(observations: Float32Array): void {
    this.#statistics.update(observations, observations.length / this.mean.length);
    this.apply(this.#statistics.mean, this.#statistics.variance);
  }

  /** Sets what is applied, without learning: the statistics of a saved policy. */
  apply(mean: ArrayLike<number>, variance: ArrayLike<number>): void {
    this.mean.set(mean);
    this.variance.set(variance);
    const epsilon = Math.fround(normalizerEpsilon);
    for (let i = 0; i < this.#deviation.length; i++) {
      this.#deviation[i] = Math.sqrt(Math.fround(this.variance[i]! + epsilon));
    }
  }

  /** Normalises observations, [rows, size], into `out`, by default in place. */
  normalize(observations: Float32Array, out: Float32Array = observations): Float32Array {
    const { mean } = this;
    const deviation = this.#deviation;
    const size = mean.length;
    for (let start = 0; start < observations.length; start += size) {
      for (let i = 0; i < size; i++) {
        const value = Math.fround(Math.fround(observations[start + i]! - mean[i]!) / deviation[i]!);
        out[start + i] = Math.min(Math.max(value, -normalizerLimit), normalizerLimit);
      }
    }
    return out;
  }

  /** What was learned, as plain JSON. */
  state(): JsonValue {
    return this.#statistics.state();
  }

  /** Goes on learning from what {@link state} gave. */
  restore(state: JsonValue): void {
    this.#statistics.restore(state);
    this.apply(this.#statistics.mean, this.#statistics.variance);
  }
}
