import { div, full, log, mul, neg, square, sub } from "@gradbridge/core";
import { checkPositive, defineFamily, type Family } from "./family.ts";
import { logGamma } from "./log-gamma.ts";

/**
 * Positive numbers with a known shape α, such as the wait for the α-th event: η = −rate is negative, ŷ = −α/η,
 * A(η) = −α log(−η). Labels are positive. `gamma(1)` is `exponential()`.
 * @throws code `option` unless the shape is a positive number.
 */
export function gamma(shape: number): Family {
  checkPositive("gamma", "shape", shape);
  return defineFamily({
    name: `gamma(${shape})`,
    domain: "negative",
    inverseLink: (eta) => div(-shape, eta),
    logPartition: (eta) => mul(log(neg(eta)), -shape),
    fisher: (eta) => div(shape, square(eta)),
    // log Γ(α) − (α − 1) log y
    negativeLogBase: (y) =>
      sub(logGamma(full([], shape, { dtype: y.dtype, device: y.device })), mul(log(y), shape - 1)),
  });
}
