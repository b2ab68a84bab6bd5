import { div, log, neg, reciprocal, square } from "@gradbridge/core";
import { defineFamily, type Family } from "./family.ts";

/** Waiting times: η = −rate is negative, ŷ = −1/η, A(η) = −log(−η). Labels are not negative. */
export function exponential(): Family {
  return defineFamily({
    name: "exponential",
    domain: "negative",
    inverseLink: (eta) => div(-1, eta),
    logPartition: (eta) => neg(log(neg(eta))),
    fisher: (eta) => reciprocal(square(eta)),
  });
}
