import { standardExponential } from "./exponential.ts";
import { standardNormal } from "./normal.ts";
import type { PCG64 } from "./pcg64.ts";

/**
 * One draw of the gamma distribution with scale 1 and the given shape ≥ 0. Agrees with NumPy's
 * `random_standard_gamma`: Marsaglia and Tsang (2000) from 1 up, Ahrens and Dieter (1974) below. Below 1 the result is
 * x^(1/shape), whose last digits JavaScript engines and C libraries round differently: there, and only there, a draw
 * may be (2 + 2/shape) · 2^−52 away, relatively. The stream stays in step.
 */
export function standardGamma(bits: PCG64, shape: number): number {
  if (shape === 1) return standardExponential(bits);
  if (shape === 0) return 0;
  return shape < 1 ? gammaBelowOne(bits, shape) : gammaAboveOne(bits, shape);
}

function gammaBelowOne(bits: PCG64, shape: number): number {
  for (;;) {
    const u = bits.nextDouble();
    const v = standardExponential(bits);
    if (u <= 1 - shape) {
      const x = u ** (1 / shape);
      if (x <= v) return x;
    } else {
      const y = -Math.log((1 - u) / shape);
      const x = (1 - shape + shape * y) ** (1 / shape);
      if (x <= v + y) return x;
    }
  }
}

function gammaAboveOne(bits: PCG64, shape: number): number {
  const b = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * b);
  for (;;) {
    let x: number;
    let root: number;
    do {
      x = standardNormal(bits);
      root = 1 + c * x;
    } while (root <= 0);
    const v = root * root * root;
    const u = bits.nextDouble();
    if (u < 1 - 0.0331 * (x * x) * (x * x)) return b * v;
    if (Math.log(u) < 0.5 * x * x + b * (1 - v + Math.log(v))) return b * v;
  }
}
