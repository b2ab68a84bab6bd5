import { GradbridgeError } from "@gradbridge/core";

type Numbers = { readonly [option: string]: number | undefined };

/**
 * Refuses options outside [0, 1]; those left out are skipped.
 * @throws code `option` naming the estimator and the option.
 */
export function checkFractions(estimator: string, options: Numbers): void {
  check(estimator, options, "in [0, 1]", (value) => value >= 0 && value <= 1);
}

/** As {@link checkFractions}, for options that must be finite and 0 or more. */
export function checkNonNegative(estimator: string, options: Numbers): void {
  check(estimator, options, "0 or more and finite", (value) => value >= 0 && value < Infinity);
}

/** As {@link checkFractions}, for options that must be above 0; infinity means no limit. */
export function checkPositive(estimator: string, options: Numbers): void {
  check(estimator, options, "above 0", (value) => value > 0);
}

/** As {@link checkFractions}, for options that count something. */
export function checkCounts(estimator: string, options: Numbers): void {
  check(estimator, options, "a positive integer", (value) => Number.isInteger(value) && value > 0);
}

function check(
  estimator: string,
  options: Numbers,
  allowed: string,
  isAllowed: (value: number) => boolean,
): void {
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && !isAllowed(value))
      throw new GradbridgeError("option", `${estimator}: ${name} must be ${allowed}, got ${value}.`);
  }
}
