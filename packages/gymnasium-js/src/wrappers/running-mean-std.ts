import type { JsonValue } from "../json.ts";
import { requireState } from "../saved-state.ts";

/**
 * Mean and variance of everything seen so far, place by place, updated batch by batch.
 *
 * With n values before and m in the batch, δ = mean of the batch − mean:
 * mean += δ·m/(n + m), variance = (variance·n + variance of the batch·m + δ²·n·m/(n + m)) / (n + m).
 *
 * Source: Chan, Golub and LeVeque (1979); agrees with `RunningMeanStd` of Gymnasium 1.3.0, also in precision.
 */
export class RunningMeanStd {
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[size]`; 1 before the first update. */
  readonly variance: Float64Array;
  /** How many values were seen; starts at 1e-4 so that the first update outweighs the start. */
  count = 1e-4;
  readonly #round: (value: number) => number;

  /** @param isSingle - rounds every operation to float32, as NumPy does for arrays of that dtype. */
  constructor(size: number, isSingle = false) {
    this.mean = new Float64Array(size);
    this.variance = new Float64Array(size).fill(1);
    this.#round = isSingle ? Math.fround : (value) => value;
  }

  /** Takes in a batch of `rows` values of `size` places each, flat. */
  update(batch: ArrayLike<number>, rows: number): void {
    const { mean, variance, count } = this;
    const round = this.#round;
    const size = mean.length;
    const total = count + rows;
    for (let place = 0; place < size; place++) {
      let sum = 0;
      for (let row = 0; row < rows; row++) sum = round(sum + batch[row * size + place]!);
      const batchMean = round(sum / rows);
      let squares = 0;
      for (let row = 0; row < rows; row++) {
        const difference = round(batch[row * size + place]! - batchMean);
        squares = round(squares + round(difference * difference));
      }
      const batchVariance = round(squares / rows);
      const delta = round(batchMean - mean[place]!);
      const between = round(round(round(round(delta * delta) * round(count)) * rows) / round(total));
      const within = round(round(variance[place]! * round(count)) + round(batchVariance * rows));
      mean[place] = round(mean[place]! + round(round(delta * rows) / round(total)));
      variance[place] = round(round(within + between) / round(total));
    }
    this.count = total;
  }

  /** (value − mean) / √(variance + ε) in place `place`. */
  normalize(value: number, place: number, epsilon: number): number {
    const round = this.#round;
    const spread = round(Math.sqrt(round(this.variance[place]! + round(epsilon))));
    return round(round(value - this.mean[place]!) / spread);
  }

  /** Everything as plain JSON. */
  state(): JsonValue {
    return { mean: Array.from(this.mean), variance: Array.from(this.variance), count: this.count };
  }

  /** Continues from {@link state}. */
  restore(state: JsonValue): void {
    const { mean, variance, count } = requireState("RunningMeanStd", state, ["mean", "variance", "count"]);
    this.mean.set(mean as readonly number[]);
    this.variance.set(variance as readonly number[]);
    this.count = Number(count);
  }
}
