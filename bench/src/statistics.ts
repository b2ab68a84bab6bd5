/** Middle half of some figures. */
export interface Spread {
  readonly median: number;
  /** A quarter of the figures is at most this. */
  readonly lower: number;
  /** A quarter of the figures is at least this. */
  readonly upper: number;
}

/**
 * Median and quartiles of at least one figure, interpolated linearly between neighbours (NumPy's default).
 * Not the mean: on a shared machine a few samples are several times too slow and none is too fast.
 */
export function spreadOf(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((a, b) => a - b);
  const at = (fraction: number): number => {
    const position = fraction * (sorted.length - 1);
    const below = Math.floor(position);
    const left = sorted[below]!;
    const right = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return left + (right - left) * (position - below);
  };
  return { median: at(0.5), lower: at(0.25), upper: at(0.75) };
}
