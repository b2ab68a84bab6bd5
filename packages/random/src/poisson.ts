import type { PCG64 } from "./pcg64.ts";

/**
 * One draw of the Poisson distribution with mean `mean` ≥ 0. Agrees with NumPy's `random_poisson`: products of
 * uniforms below 10, Hörmann's transformed rejection PTRS (1993) from there.
 */
export function poisson(bits: PCG64, mean: number): number {
  if (mean >= 10) return transformedRejection(bits, mean);
  return mean === 0 ? 0 : products(bits, mean);
}

function products(bits: PCG64, mean: number): number {
  const limit = Math.exp(-mean);
  let count = 0;
  let product = bits.nextDouble();
  while (product > limit) {
    count++;
    product *= bits.nextDouble();
  }
  return count;
}

function transformedRejection(bits: PCG64, mean: number): number {
  const logMean = Math.log(mean);
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const vr = 0.9277 - 3.6224 / (b - 2);
  for (;;) {
    const u = bits.nextDouble() - 0.5;
    const v = bits.nextDouble();
    const us = 0.5 - Math.abs(u);
    const count = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= vr) return count;
    if (count < 0 || (us < 0.013 && v > us)) continue;
    const logRatio = Math.log(v) + Math.log(inverseAlpha) - Math.log(a / (us * us) + b);
    if (logRatio <= -mean + count * logMean - logGamma(count + 1)) return count;
  }
}

/** Coefficients of Stirling's series, lowest order first. */
const STIRLING = [
  8.333333333333333e-2, -2.777777777777778e-3, 7.936507936507937e-4, -5.952380952380952e-4,
  8.417508417508418e-4, -1.917526917526918e-3, 6.41025641025641e-3, -2.955065359477124e-2,
  1.796443723688307e-1, -1.3924322169059,
];

/**
 * log Γ(x) for x ≥ 1, by Stirling's series from 7 up and the recurrence below (Zhang and Jin 1996, as in NumPy's
 * `random_loggam`).
 */
function logGamma(x: number): number {
  if (x === 1 || x === 2) return 0;
  const shift = x < 7 ? Math.trunc(7 - x) : 0;
  let x0 = x + shift;
  const inverseSquare = (1 / x0) * (1 / x0);
  let series = STIRLING[9];
  for (let i = 8; i >= 0; i--) series = series * inverseSquare + STIRLING[i];
  const halfLogTwoPi = 0.5 * 1.8378770664093453;
  let result = series / x0 + halfLogTwoPi + (x0 - 0.5) * Math.log(x0) - x0;
  for (let i = 0; i < shift; i++) {
    result -= Math.log(x0 - 1);
    x0 -= 1;
  }
  return result;
}
