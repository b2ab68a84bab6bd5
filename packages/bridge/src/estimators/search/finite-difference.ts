import type { Estimator } from "../estimator.ts";
import { checkNonNegative, checkPositive } from "../options.ts";
import { type OutputSpaceOptions, outputSpaceEstimator } from "./output-space.ts";

/** Options of {@link finiteDifference}. */
export interface FiniteDifferenceOptions extends OutputSpaceOptions {
  /** h: how far each output is moved. Outputs are float32: far below 1e-3 rounding takes over. Default 0.01. */
  readonly step?: number;
}

/**
 * Central differences (Kiefer and Wolfowitz 1952) in the space of the outputs, against a black box: two evaluations
 * for every output of every row, no randomness.
 *
 * δᵢ = (R(y + h eᵢ) − R(y − h eᵢ)) / (2h), the distance of the two points being taken as float32 rounds it.
 *
 * Exact for quadratic R, else up to O(h²).
 * @throws code `option` for options out of range; see {@link outputSpaceEstimator} for those of `delta`.
 */
export function finiteDifference(options: FiniteDifferenceOptions): Estimator {
  const { step = 0.01 } = options;
  checkPositive("finiteDifference", { step });
  checkNonNegative("finiteDifference", { step });
  return outputSpaceEstimator("finiteDifference", options, 0, ({ outputs, at }) =>
    Float64Array.from(outputs, (value, i) => {
      const axis = new Float64Array(outputs.length);
      axis[i] = 1;
      const distance = Math.fround(value + step) - Math.fround(value - step);
      // a step below the rounding of the output moves nothing: its slope is unknown, and 0
      return distance > 0 ? (at(axis, step) - at(axis, -step)) / distance : 0;
    }),
  );
}
