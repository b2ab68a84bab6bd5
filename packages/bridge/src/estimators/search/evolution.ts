import type { Estimator } from "../estimator.ts";
import { checkCounts, checkNonNegative, checkPositive } from "../options.ts";
import { mirroredDifferences } from "./mirrored-differences.ts";
import { type OutputSpaceOptions, outputSpaceEstimator } from "./output-space.ts";

/** Options of {@link evolution}. */
export interface EvolutionOptions extends OutputSpaceOptions {
  /** σ: how far around the outputs it looks. Default 0.1. */
  readonly sigma?: number;
  /** m: mirrored pairs per row, two evaluations each. Default 8. */
  readonly pairs?: number;
  /** Of the directions. Default 0. */
  readonly seed?: number;
}

/**
 * Evolution strategies (Salimans et al. 2017, algorithm 1, with mirrored sampling) in the space of the outputs, against
 * a black box.
 *
 * δ = Σ (R(y + σ ε) − R(y − σ ε)) ε / (2 m σ) over m directions ε ~ N(0, 1).
 *
 * Unbiased for the gradient of the smoothed objective E[R(y + σ ε)]; where R is linear, for that of R, with the
 * relative squared error (d + 1)/m in d dimensions.
 * @throws code `option` for options out of range; see {@link outputSpaceEstimator} for those of `delta`.
 */
export function evolution(options: EvolutionOptions): Estimator {
  const { sigma = 0.1, pairs = 8, seed = 0 } = options;
  checkPositive("evolution", { sigma });
  checkCounts("evolution", { pairs });
  checkNonNegative("evolution", { sigma, seed });
  return outputSpaceEstimator("evolution", options, seed, ({ outputs, at, generator }) => {
    const directions = Array.from({ length: pairs }, () =>
      generator.fillNormal(new Float64Array(outputs.length)),
    );
    return mirroredDifferences(at, directions, sigma);
  });
}
