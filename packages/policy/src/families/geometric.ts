import { div, exp, expm1, log, neg, square, type Tensor } from "@gradbridge/core";
import { defineFamily, type Family } from "./family.ts";

/**
 * Failures before the first success of probability p = 1 − exp η: η is negative, ŷ = exp η / (1 − exp η),
 * A(η) = −log(1 − exp η). Labels are 0, 1, 2, … (NumPy's `geometric` counts trials: one more). With η = −softplus(z), z
 * is the log odds of p.
 */
export function geometric(): Family {
  const success = (eta: Tensor): Tensor => neg(expm1(eta)); // 1 − exp η, exact near η = 0
  return defineFamily({
    name: "geometric",
    domain: "negative",
    inverseLink: (eta) => div(exp(eta), success(eta)),
    logPartition: (eta) => neg(log(success(eta))),
    fisher: (eta) => div(exp(eta), square(success(eta))),
  });
}
