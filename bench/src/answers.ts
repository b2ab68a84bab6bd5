/**
 * Compares two systems' answers to the same work; null where they agree or where one gives none. The mean difference
 * counts and not the largest: Adam divides a gradient by its own size, so where a gradient is next to zero, rounding
 * decides the direction of a whole step.
 */
export function answersDiffer(
  expected: ArrayLike<number> | undefined,
  given: ArrayLike<number> | undefined,
  tolerance: number,
): string | null {
  if (expected === undefined || given === undefined) return null;
  if (expected.length !== given.length) return `${given.length} numbers, not ${expected.length}.`;
  let total = 0;
  for (let i = 0; i < expected.length; i++) total += Math.abs(expected[i]! - given[i]!);
  const mean = total / expected.length;
  if (mean <= tolerance) return null; // false for NaN
  return `its answer is off by ${mean} on average, ${tolerance} is allowed. Starts with ${Array.from(given).slice(0, 4).join(", ")}, expected ${Array.from(expected).slice(0, 4).join(", ")}.`;
}
