import { GymnasiumError } from "../errors.ts";
import type { Box } from "../spaces/box.ts";
import type { DType } from "../spaces/dtype.ts";

/** Equal bins along each place of a bounded box. */
export class Bins {
  /** How many bins each place has, `[size]`. */
  readonly counts: Int32Array;
  /** The `counts[i] + 1` ends of the bins of place `i`. */
  readonly edges: readonly Float64Array[];

  /** @throws GymnasiumError `bad-kwarg` unless the counts are whole numbers > 0, one or one for each place. */
  constructor(owner: string, box: Box<DType>, bins: number | readonly number[]) {
    const counts = typeof bins === "number" ? new Array<number>(box.size).fill(bins) : [...bins];
    if (counts.length !== box.size || !counts.every((count) => Number.isInteger(count) && count > 0)) {
      throw new GymnasiumError(
        "bad-kwarg",
        `${owner} takes one number of bins or ${box.size}, got ${String(bins)}.`,
      );
    }
    this.counts = Int32Array.from(counts);
    const round = box.dtype === "float32" ? Math.fround : (value: number): number => value;
    this.edges = counts.map((count, i) => {
      const [low, high] = [box.low[i]!, box.high[i]!];
      const step = round(round(high - low) / count);
      return Float64Array.from({ length: count + 1 }, (_, k) =>
        k === count ? high : round(round(k * step) + low),
      );
    });
  }

  /** How many combinations of bins there are. */
  get total(): number {
    return this.counts.reduce((product, count) => product * count, 1);
  }

  /** One number for a combination of bins, the last place fastest. */
  flatten(indices: ArrayLike<number>): number {
    let flat = 0;
    for (let i = 0; i < this.counts.length; i++) flat = flat * this.counts[i]! + indices[i]!;
    return flat;
  }

  /** Inverse of {@link flatten}. */
  unflatten(flat: number): Int32Array {
    const indices = new Int32Array(this.counts.length);
    let rest = flat;
    for (let i = indices.length - 1; i >= 0; i--) {
      indices[i] = rest % this.counts[i]!;
      rest = Math.floor(rest / this.counts[i]!);
    }
    return indices;
  }
}
