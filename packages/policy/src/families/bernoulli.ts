import { add, mul, neg, sigmoid, softplus, sub } from "@gradbridge/core";
import { defineFamily, type Family } from "./family.ts";

/** Yes or no: η is the log odds, ŷ = σ(η), A(η) = softplus(η). Labels are 0 or 1, or probabilities between. */
export function bernoulli(): Family {
  return defineFamily({
    name: "bernoulli",
    inverseLink: (eta) => sigmoid(eta),
    logPartition: (eta) => softplus(eta),
    fisher: (eta) => mul(sigmoid(eta), sigmoid(neg(eta))),
    // softplus(η) − η y, with no difference of large numbers
    negativeLogLikelihood: (eta, y) => add(mul(y, softplus(neg(eta))), mul(sub(1, y), softplus(eta))),
  });
}
