/**
 * The average slope along directions ε: Σ (R(y + s ε) − R(y − s ε)) ε / (2 m s), [n], for m directions [n] each.
 *
 * Its expectation over directions with E ε εᵀ = 1 is the gradient of R where R is quadratic.
 * @param at R(y + step · direction)
 */
export function mirroredDifferences(
  at: (direction: ArrayLike<number>, step: number) => number,
  directions: readonly ArrayLike<number>[],
  step: number,
): Float64Array {
  const slopes = new Float64Array(directions[0]?.length ?? 0);
  for (const direction of directions) {
    const slope = (at(direction, step) - at(direction, -step)) / (2 * directions.length * step);
    for (let i = 0; i < slopes.length; i++) slopes[i]! += slope * direction[i]!;
  }
  return slopes;
}
