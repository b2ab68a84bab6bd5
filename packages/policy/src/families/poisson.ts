import { add, exp } from "@gradbridge/core";
import { defineFamily, type Family } from "./family.ts";
import { logGamma } from "./log-gamma.ts";

/** Counts: η is the log rate, ŷ = A(η) = exp η. Labels are 0, 1, 2, … */
export function poisson(): Family {
  return defineFamily({
    name: "poisson",
    inverseLink: (eta) => exp(eta),
    logPartition: (eta) => exp(eta),
    fisher: (eta) => exp(eta),
    negativeLogBase: (y) => logGamma(add(y, 1)), // log y!
  });
}
