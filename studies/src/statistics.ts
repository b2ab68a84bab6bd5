/** Mean of some numbers. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation over the numbers themselves (÷ n − 1); 0 for fewer than two. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** "mean ± deviation" with this many digits behind the point. */
export function meanAndDeviation(values: readonly number[], digits: number): string {
  return `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`;
}

/** Euclidean length. */
export function norm(x: ArrayLike<number>): number {
  return Math.sqrt(dot(x, x));
}

/** Σ xᵢ yᵢ. */
function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

/** x·y / ‖x‖‖y‖; NaN where one of them is 0. */
export function cosine(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return dot(x, y) / (norm(x) * norm(y));
}

/** ‖x − y‖ / ‖y‖ */
export function relativeDistance(x: ArrayLike<number>, y: ArrayLike<number>): number {
  return norm(Float64Array.from(y, (value, i) => x[i]! - value)) / norm(y);
}
