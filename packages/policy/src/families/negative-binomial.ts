import { add, div, exp, expm1, full, log, mul, neg, square, sub, type Tensor } from "@gradbridge/core";
import { checkPositive, defineFamily, type Family } from "./family.ts";
import { logGamma } from "./log-gamma.ts";

/**
 * Counts that spread more than Poisson's: failures before the r-th success of probability p = 1 − exp η. η is negative,
 * ŷ = r exp η / (1 − exp η), A(η) = −r log(1 − exp η), variance ŷ + ŷ²/r. Labels are 0, 1, 2, …; r need not be whole.
 * With η = −softplus(z), z is the log odds of p. `negativeBinomial(1)` is `geometric()`.
 * @throws code `option` unless r is a positive number.
 */
export function negativeBinomial(r: number): Family {
  checkPositive("negativeBinomial", "r", r);
  const success = (eta: Tensor): Tensor => neg(expm1(eta)); // 1 − exp η, exact near η = 0
  const mean = (eta: Tensor): Tensor => mul(div(exp(eta), success(eta)), r);
  return defineFamily({
    name: `negativeBinomial(${r})`,
    domain: "negative",
    inverseLink: mean,
    logPartition: (eta) => mul(log(success(eta)), -r),
    fisher: (eta) => mul(div(exp(eta), square(success(eta))), r),
    // log [y! Γ(r) / Γ(y + r)]
    negativeLogBase: (y) => {
      const constant = logGamma(full([], r, { dtype: y.dtype, device: y.device }));
      return sub(add(logGamma(add(y, 1)), constant), logGamma(add(y, r)));
    },
  });
}
