/**
 * The error function 2/√π ∫₀ˣ e^(−t²) dt, to about 1e-15.
 *
 * Small |x|: the series e^(−x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!, whose terms all have one sign (Abramowitz and
 * Stegun 7.1.6). Large |x|: one minus the continued fraction of erfc (7.1.14).
 */
export function erf(x: number): number {
  const magnitude = Math.abs(x);
  if (Number.isNaN(x) || x === 0) return x;
  if (magnitude >= 6) return Math.sign(x);
  return Math.sign(x) * (magnitude < 2.5 ? series(magnitude) : 1 - continuedFraction(magnitude));
}

function series(x: number): number {
  let term = x;
  let sum = 0;
  for (let n = 0; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))), evaluated from the inside out. */
function continuedFraction(x: number): number {
  let tail = x;
  for (let n = 60; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
}
