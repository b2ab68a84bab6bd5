import { type JsonValue, RunningMeanStd } from "gymnasium-js";
import { normalizerEpsilon, normalizerLimit } from "./observation-normalizer.ts";

/**
 * Divides rewards by the standard deviation of the discounted return so far, over all environments:
 * R ← γ R + reward; reward → clip(reward/√(variance of R + 1e-8), ±10); R ← 0 where the episode is over. The mean is not
 * subtracted: that would change which policy is best.
 *
 * Source: Stable-Baselines3's `VecNormalize`.
 */
export class RewardNormalizer {
  readonly #gamma: number;
  readonly #statistics: RunningMeanStd = new RunningMeanStd(1);
  /** R, [B] */
  readonly #discounted: Float64Array;

  /** @param gamma discount, 0 … 1 */
  constructor(numEnvs: number, gamma: number) {
    this.#gamma = gamma;
    this.#discounted = new Float64Array(numEnvs);
  }

  /** Every environment starts a new episode. */
  reset(): void {
    this.#discounted.fill(0);
  }

  /** Learns from one step of every environment, [B] each, and writes its normalised rewards to `out`. */
  normalize(rewards: Float64Array, terminated: Uint8Array, truncated: Uint8Array, out: Float64Array): void {
    const discounted = this.#discounted;
    for (let env = 0; env < discounted.length; env++) {
      discounted[env] = discounted[env]! * this.#gamma + rewards[env]!;
    }
    this.#statistics.update(discounted, discounted.length);
    const deviation = Math.sqrt(this.#statistics.variance[0]! + normalizerEpsilon);
    for (let env = 0; env < discounted.length; env++) {
      out[env] = Math.min(Math.max(rewards[env]! / deviation, -normalizerLimit), normalizerLimit);
      if (terminated[env] === 1 || truncated[env] === 1) discounted[env] = 0;
    }
  }

  /** What was learned, and the running returns, as plain JSON. */
  state(): JsonValue {
    return { statistics: this.#statistics.state(), discounted: Array.from(this.#discounted) };
  }

  /** Goes on from what {@link state} gave; running returns of another number of environments start at 0. */
  restore(state: JsonValue): void {
    const { statistics, discounted } = state as { statistics: JsonValue; discounted: number[] };
    this.#statistics.restore(statistics);
    if (discounted.length === this.#discounted.length) this.#discounted.set(discounted);
  }
}
