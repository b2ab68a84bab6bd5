/** Sum / length; 0 of nothing. */
export function meanOf(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total / Math.max(1, values.length);
}

/** Square root of Σ (x − mean)² / (length − freedom); 0 where that divides by 0. */
export function deviationOf(values: ArrayLike<number>, freedom = 0): number {
  const center = meanOf(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - center) ** 2;
  return Math.sqrt(squares / Math.max(1, values.length - freedom));
}

/**
 * (x − mean)/(std + 1e-8), std² = Σ (x − mean)² / (length − freedom); exactly 0 for one number and where all are equal,
 * since rounding leaves the mean of equal numbers a little off.
 */
export function standardize(values: Float32Array, freedom: 0 | 1): Float32Array {
  if (values.every((value) => value === values[0])) return new Float32Array(values.length);
  const center = meanOf(values);
  const deviation = deviationOf(values, freedom) + 1e-8;
  return values.map((value) => (value - center) / deviation);
}
