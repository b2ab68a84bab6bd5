import { type Generator, generator } from "@gradbridge/random";
import { GymnasiumError } from "./errors.ts";

/** A seed: a whole number ≥ 0; `bigint` above 2⁵³. */
export type Seed = number | bigint;

/**
 * A generator and the seed that made it: Gymnasium's `seeding.np_random`.
 *
 * Without a seed, 128 bits are drawn from the system's entropy and returned as the seed.
 *
 * @throws GymnasiumError `bad-seed` unless the seed is a whole number ≥ 0.
 */
export function createGenerator(seed?: Seed | null): { generator: Generator; seed: Seed } {
  const known = seed ?? drawSeed();
  checkSeed(known);
  return { generator: generator(known), seed: known };
}

/** Throws `bad-seed` unless `seed` is a whole number ≥ 0 that is exactly representable. */
export function checkSeed(seed: unknown): asserts seed is Seed {
  if (typeof seed === "bigint" ? seed >= 0n : Number.isSafeInteger(seed) && (seed as number) >= 0) return;
  throw new GymnasiumError(
    "bad-seed",
    `A seed must be a whole number from 0 to 2^53 - 1, or a non-negative bigint; got ${String(seed)} (${typeof seed}).`,
  );
}

function drawSeed(): bigint {
  const words = crypto.getRandomValues(new BigUint64Array(2));
  return (words[0]! << 64n) | words[1]!;
}
