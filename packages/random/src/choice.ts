import type { BoundedIntegers } from "./bounded-integers.ts";
import { GradbridgeError } from "./errors.ts";
import type { PCG64 } from "./pcg64.ts";

/** How `choice` draws. */
export interface ChoiceOptions {
  /** The probability of each element, summing to 1. Default: all equal. */
  readonly p?: ArrayLike<number>;
  /** How many to draw; an array comes back. Default: one element, not in an array. */
  readonly size?: number | undefined;
  /** Whether an element may be drawn again. Default true. */
  readonly replace?: boolean;
  /** Without replacement and `p`: whether the order is random too; false is faster. Default true. */
  readonly shuffle?: boolean;
}

/** How many elements there are to choose from. Throws GradbridgeError `empty` if none, `size` if it is no count. */
export function populationSize(population: number | ArrayLike<unknown>, size: number | undefined): number {
  const count = typeof population === "number" ? population : population.length;
  if (!Number.isSafeInteger(count)) {
    throw new GradbridgeError(
      "size",
      `choice: expected an array or a whole number of elements, got ${count}`,
    );
  }
  if (count <= 0 && size !== 0) {
    throw new GradbridgeError(
      "empty",
      `choice: there must be something to choose from, got ${count} elements`,
    );
  }
  if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
    throw new GradbridgeError("size", `choice: size must be a non-negative integer, got ${size}`);
  }
  return count;
}

/** One index below `count`. Agrees with NumPy's `choice(count, p=p)`. */
export function chooseIndex(
  bits: PCG64,
  integers: BoundedIntegers,
  count: number,
  p: ArrayLike<number> | undefined,
): number {
  if (p === undefined) return integers.draw(count - 1, 64);
  checkProbabilities(p, count);
  return firstAbove(cumulative(p), bits.nextDouble());
}

/** `size` indices below `count`. Agrees with NumPy's `choice(count, size, replace, p, shuffle=shuffle)`. */
export function chooseIndices(
  bits: PCG64,
  integers: BoundedIntegers,
  count: number,
  { p, size = 1, replace = true, shuffle = true }: ChoiceOptions,
): number[] {
  if (p !== undefined) checkProbabilities(p, count);
  if (replace) {
    if (p === undefined) return Array.from({ length: size }, () => integers.draw(count - 1, 64));
    const sums = cumulative(p);
    return Array.from({ length: size }, () => firstAbove(sums, bits.nextDouble()));
  }
  if (size > count) {
    throw new GradbridgeError("size", `choice: cannot take ${size} of ${count} elements without replacement`);
  }
  if (p !== undefined) return distinctWeighted(bits, p, size);
  // NumPy's heuristic; which side it takes changes the stream.
  const isLargeShare = count > 10_000 && size > Math.floor(count / (shuffle ? 50 : 20));
  return isLargeShare ? shuffledTail(integers, count, size) : floyd(integers, count, size, shuffle);
}

/** The last `size` places of 0, 1, ..., count − 1 after shuffling only those. */
function shuffledTail(integers: BoundedIntegers, count: number, size: number): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  shuffleDown(integers, order, Math.max(count - size, 1));
  return order.slice(count - size);
}

/** Floyd's sampling: each step adds a new index below j + 1, taking j itself if the one drawn is there already. */
function floyd(integers: BoundedIntegers, count: number, size: number, shuffle: boolean): number[] {
  const chosen = new Set<number>();
  for (let j = count - size; j < count; j++) {
    const index = integers.draw(j, 64);
    chosen.add(chosen.has(index) ? j : index);
  }
  const indices = [...chosen];
  if (shuffle) shuffleDown(integers, indices, 1);
  return indices;
}

/** Fisher and Yates from the end down to `first`, with Lemire's draws where `shuffle` takes masked ones. */
function shuffleDown(integers: BoundedIntegers, values: number[], first: number): void {
  for (let i = values.length - 1; i >= first; i--) {
    const j = integers.draw(i, 64);
    const value = values[j];
    values[j] = values[i];
    values[i] = value;
  }
}

/** Draws in rounds, each as many as are missing, keeps the first of equal ones and takes them out of the weights. */
function distinctWeighted(bits: PCG64, p: ArrayLike<number>, size: number): number[] {
  const weights = Float64Array.from(p);
  const positive = weights.reduce((total, weight) => total + (weight > 0 ? 1 : 0), 0);
  if (positive < size) {
    throw new GradbridgeError(
      "size",
      `choice: cannot take ${size} elements, only ${positive} have p above 0`,
    );
  }
  const chosen = new Set<number>();
  while (chosen.size < size) {
    for (const index of chosen) weights[index] = 0;
    const sums = cumulative(weights);
    const missing = size - chosen.size;
    for (let i = 0; i < missing; i++) chosen.add(firstAbove(sums, bits.nextDouble()));
  }
  return [...chosen];
}

/** The running sums of `p`, divided by the last. */
function cumulative(p: ArrayLike<number>): Float64Array {
  const sums = new Float64Array(p.length);
  let total = 0;
  for (let i = 0; i < p.length; i++) {
    total += p[i];
    sums[i] = total;
  }
  for (let i = 0; i < p.length; i++) sums[i] /= total;
  return sums;
}

/** The first index whose sum exceeds `value` (NumPy's searchsorted with side "right"). */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

function checkProbabilities(p: ArrayLike<number>, count: number): void {
  if (p.length !== count) {
    throw new GradbridgeError("probability", `choice: p has ${p.length} entries for ${count} elements`);
  }
  // NumPy's tolerance: the square root of the precision, and its compensated sum.
  const tolerance = Math.sqrt(p instanceof Float32Array ? 2 ** -23 : 2 ** -52);
  let sum = 0;
  let correction = 0;
  for (let i = 0; i < count; i++) {
    if (!(p[i] >= 0)) {
      throw new GradbridgeError("probability", `choice: p[${i}] must not be negative or NaN, got ${p[i]}`);
    }
    const term = p[i] - correction;
    const next = sum + term;
    correction = next - sum - term;
    sum = next;
  }
  if (!(Math.abs(sum - 1) <= tolerance)) {
    throw new GradbridgeError("probability", `choice: p must sum to 1, got ${sum}; divide it by its sum`);
  }
}
