import { GradbridgeError } from "./errors.ts";
import { standardExponential } from "./exponential.ts";
import type { PCG64 } from "./pcg64.ts";

/**
 * The number of Bernoulli trials of probability `p` up to and including the first success. Agrees with NumPy's
 * `random_geometric`: a search through the masses for p ≥ 1/3, ⌈−E / log(1 − p)⌉ with E exponential below.
 */
export function geometric(bits: PCG64, p: number): number {
  if (!(p > 0 && p <= 1)) {
    throw new GradbridgeError("probability", `geometric: p must lie in (0, 1], got ${p}`);
  }
  if (p < 1 / 3) {
    return Math.min(Math.ceil(-standardExponential(bits) / Math.log1p(-p)), 2 ** 63);
  }
  const random = bits.nextDouble();
  let trials = 1;
  let mass = p;
  let total = p;
  while (random > total) {
    mass *= 1 - p;
    total += mass;
    trials++;
  }
  return trials;
}
