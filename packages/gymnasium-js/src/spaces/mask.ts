import type { Generator } from "@gradbridge/random";
import { GymnasiumError } from "../errors.ts";
import { describe, isArrayLike } from "./space.ts";

/** Which of `n` values may be drawn: 1 allowed, 0 not, `[n]`. */
export type Mask = ArrayLike<number>;

/** How likely each of `n` values is: numbers in [0, 1] that sum to 1, `[n]`. */
export type Probability = ArrayLike<number>;

/**
 * Draws one of `0 … n − 1`, uniformly over the places where the mask is 1; 0 where none is.
 *
 * @throws GymnasiumError `bad-mask`
 */
export function sampleMasked(owner: string, random: Generator, mask: unknown, n: number): number {
  const places = requirePlaces(owner, "mask", mask, n);
  const allowed: number[] = [];
  for (let i = 0; i < n; i++) {
    if (places[i] === 1) allowed.push(i);
    else if (places[i] !== 0)
      throw new GymnasiumError("bad-mask", `${owner}: a mask holds 0 and 1, got ${describe(mask)}.`);
  }
  return allowed.length === 0 ? 0 : allowed[random.integers(0, allowed.length)]!;
}

/**
 * The checked places of a probability mask.
 *
 * @throws GymnasiumError `bad-mask` unless there are `n` numbers in [0, 1] whose sum is 1 to about 1e-5.
 */
export function requireProbability(owner: string, probability: unknown, n: number): Float64Array {
  const places = Float64Array.from(requirePlaces(owner, "probability", probability, n));
  const sum = places.reduce((total, value) => total + value, 0);
  if (!places.every((value) => value >= 0 && value <= 1) || !(Math.abs(sum - 1) <= 1e-8 + 1e-5)) {
    throw new GymnasiumError(
      "bad-mask",
      `${owner}: probabilities lie in [0, 1] and sum to 1, got ${describe(probability)} with sum ${sum}.`,
    );
  }
  return places;
}

/** `n` numbers, or `bad-mask`. */
export function requirePlaces(owner: string, name: string, places: unknown, n: number): ArrayLike<number> {
  if (isArrayLike(places) && places.length === n) return places;
  throw new GymnasiumError(
    "bad-mask",
    `${owner}: the ${name} must hold ${n} numbers, got ${describe(places)}.`,
  );
}
