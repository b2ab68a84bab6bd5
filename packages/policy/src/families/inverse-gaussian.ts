import { add, div, log, mul, neg, reciprocal, sqrt, square, sub, type Tensor } from "@gradbridge/core";
import { checkPositive, defineFamily, type Family } from "./family.ts";

/**
 * First-passage times with a known concentration λ (the reciprocal of the dispersion): η = −λ/(2ŷ²) is negative,
 * ŷ = √(λ/(−2η)), A(η) = −√(−2λη), variance ŷ³/λ. Labels are positive.
 * @throws code `option` unless λ is a positive number.
 */
export function inverseGaussian(lambda: number): Family {
  checkPositive("inverseGaussian", "lambda", lambda);
  const mean = (eta: Tensor): Tensor => sqrt(div(-lambda / 2, eta));
  // ½ log(2π y³/λ)
  const logScale = (y: Tensor): Tensor => add(mul(log(y), 1.5), Math.log((2 * Math.PI) / lambda) / 2);
  return defineFamily({
    name: `inverseGaussian(${lambda})`,
    domain: "negative",
    inverseLink: mean,
    logPartition: (eta) => neg(sqrt(mul(eta, -2 * lambda))),
    fisher: (eta) => div(mean(eta), mul(eta, -2)), // ŷ³/λ, without the cube
    negativeLogBase: (y) => add(mul(reciprocal(y), lambda / 2), logScale(y)),
    // −ηy − √(−2λη) + λ/(2y) = (√(−ηy) − √(λ/(2y)))²
    negativeLogLikelihood: (eta, y) =>
      add(square(sub(sqrt(neg(mul(eta, y))), sqrt(div(lambda / 2, y)))), logScale(y)),
  });
}
