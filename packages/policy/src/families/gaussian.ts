import { add, mul, onesLike, square, sub } from "@gradbridge/core";
import { defineFamily, type Family } from "./family.ts";

const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/**
 * The normal distribution with variance 1: η is its mean, A(η) = η²/2. Labels are real. Its seed is that of
 * ½ (η − y)². For another variance divide labels and η by the standard deviation.
 */
export function gaussian(): Family {
  return defineFamily({
    name: "gaussian",
    inverseLink: (eta) => eta,
    logPartition: (eta) => mul(square(eta), 0.5),
    fisher: (eta) => onesLike(eta),
    negativeLogBase: (y) => add(mul(square(y), 0.5), halfLogTwoPi),
    negativeLogLikelihood: (eta, y) => add(mul(square(sub(eta, y)), 0.5), halfLogTwoPi),
  });
}
