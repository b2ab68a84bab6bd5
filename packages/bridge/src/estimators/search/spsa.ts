import type { Estimator } from "../estimator.ts";
import { checkCounts, checkNonNegative, checkPositive } from "../options.ts";
import { mirroredDifferences } from "./mirrored-differences.ts";
import { type OutputSpaceOptions, outputSpaceEstimator } from "./output-space.ts";

/** Options of {@link spsa}. */
export interface SpsaOptions extends OutputSpaceOptions {
  /** c: how far every output is moved, up or down. Default 0.1. */
  readonly step?: number;
  /** m: pairs per row, two evaluations each. Default 8. */
  readonly pairs?: number;
  /** Of the directions. Default 0. */
  readonly seed?: number;
}

/**
 * Simultaneous perturbation stochastic approximation (Spall 1992, eq. 2.2, averaged over pairs) in the space of the
 * outputs, against a black box.
 *
 * δ = Σ (R(y + c ε) − R(y − c ε)) ε / (2 m c) over m directions ε of independent signs ±1 (where 1/ε = ε).
 *
 * Unbiased for quadratic R, else up to O(c²); where R is linear, with the relative squared error (d − 1)/m in d
 * dimensions: exact for a single output.
 * @throws code `option` for options out of range; see {@link outputSpaceEstimator} for those of `delta`.
 */
export function spsa(options: SpsaOptions): Estimator {
  const { step = 0.1, pairs = 8, seed = 0 } = options;
  checkPositive("spsa", { step });
  checkCounts("spsa", { pairs });
  checkNonNegative("spsa", { step, seed });
  return outputSpaceEstimator("spsa", options, seed, ({ outputs, at, generator }) => {
    const sign = (): number => (generator.random() < 0.5 ? -1 : 1);
    const directions = Array.from({ length: pairs }, () => Float64Array.from(outputs, sign));
    return mirroredDifferences(at, directions, step);
  });
}
