import { add, log, mul, reciprocal, square, sub, type Tensor } from "@gradbridge/core";

const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/** B₂ₖ / (2k (2k − 1)) for k = 6 … 1: Stirling's series in powers of 1/s², highest first. */
const stirling = [-691 / 360360, 1 / 1188, -1 / 1680, 1 / 1260, -1 / 360, 1 / 12];

/**
 * log Γ(x) for x > 0, element by element, differentiable: Stirling's series at s = x + 8, taken back by
 * Γ(x + 8) = x (x + 1) … (x + 7) Γ(x). In float64 the error is below 1e-13 max(1, |log Γ|) (Abramowitz and Stegun,
 * 6.1.41 and 6.1.15).
 */
export function logGamma(x: Tensor): Tensor {
  // In two halves: the whole product would overflow float32 at 65,000.
  const low = mul(mul(x, add(x, 1)), mul(add(x, 2), add(x, 3)));
  const high = mul(mul(add(x, 4), add(x, 5)), mul(add(x, 6), add(x, 7)));
  const s = add(x, 8);
  const inverse = reciprocal(s);
  const squared = square(inverse);
  let series = mul(squared, stirling[0]!);
  for (const coefficient of stirling.slice(1, -1)) series = mul(add(series, coefficient), squared);
  const tail = mul(add(series, stirling[stirling.length - 1]!), inverse);
  const main = add(sub(mul(sub(s, 0.5), log(s)), s), halfLogTwoPi);
  return sub(sub(add(main, tail), log(low)), log(high));
}
