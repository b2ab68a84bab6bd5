import type { PCG64 } from "./pcg64.ts";

/**
 * One draw of the binomial distribution: successes among `trials` ≥ 0 of probability `p`. Agrees with NumPy's
 * `random_binomial`: inversion where the mean is at most 30, Kachitvichyanukul and Schmeiser's BTPE (1988) above, and
 * p > 1/2 by counting failures.
 */
export function binomial(bits: PCG64, trials: number, p: number): number {
  if (trials === 0 || p === 0) return 0;
  const rare = p <= 0.5 ? p : 1 - p;
  const count = rare * trials <= 30 ? inversion(bits, trials, rare) : btpe(bits, trials, rare);
  return p <= 0.5 ? count : trials - count;
}

/**
 * How many of `trials` fall into each class of probabilities `p`, the last class taking what is left. Agrees with
 * NumPy's `random_multinomial`: one binomial per class, given those before.
 */
export function multinomial(bits: PCG64, trials: number, p: ArrayLike<number>): number[] {
  const counts = new Array<number>(p.length).fill(0);
  let left = trials;
  let probability = 1;
  for (let i = 0; i < p.length - 1 && left > 0; i++) {
    counts[i] = binomial(bits, left, p[i] / probability);
    left -= counts[i];
    probability -= p[i];
  }
  if (left > 0) counts[p.length - 1] = left;
  return counts;
}

/** Adds up the probabilities of 0, 1, ... until they pass a uniform draw; starts again past any plausible count. */
function inversion(bits: PCG64, n: number, p: number): number {
  const q = 1 - p;
  const none = Math.exp(n * Math.log1p(-p));
  const bound = Math.trunc(Math.min(n, n * p + 10 * Math.sqrt(n * p * q + 1)));
  let count = 0;
  let mass = none;
  let u = bits.nextDouble();
  while (u > mass) {
    count++;
    if (count > bound) {
      count = 0;
      mass = none;
      u = bits.nextDouble();
    } else {
      u -= mass;
      mass = ((n - count + 1) * p * mass) / (count * q);
    }
  }
  return count;
}

/**
 * Rejection from a triangle, parallelograms and two exponential tails over the scaled density. The names are those of
 * the paper (Communications of the ACM 31, 216–222), where each step is derived.
 */
function btpe(bits: PCG64, n: number, r: number): number {
  const q = 1 - r;
  const fm = n * r + r;
  const m = Math.floor(fm);
  const nrq = n * r * q;
  const p1 = Math.floor(2.195 * Math.sqrt(nrq) - 4.6 * q) + 0.5;
  const xm = m + 0.5;
  const xl = xm - p1;
  const xr = xm + p1;
  const c = 0.134 + 20.5 / (15.3 + m);
  const al = (fm - xl) / (fm - xl * r);
  const laml = al * (1 + al / 2);
  const ar = (xr - fm) / (xr * q);
  const lamr = ar * (1 + ar / 2);
  const p2 = p1 * (1 + 2 * c);
  const p3 = p2 + c / laml;
  const p4 = p3 + c / lamr;

  for (;;) {
    const u = bits.nextDouble() * p4;
    let v = bits.nextDouble();
    if (u <= p1) return Math.floor(xm - p1 * v + u);
    let y: number;
    if (u <= p2) {
      const x = xl + (u - p1) / c;
      v = v * c + 1 - Math.abs(m - x + 0.5) / p1;
      if (v > 1) continue;
      y = Math.floor(x);
    } else if (u <= p3) {
      y = Math.floor(xl + Math.log(v) / laml);
      if (y < 0 || v === 0) continue;
      v = v * (u - p2) * laml;
    } else {
      y = Math.floor(xr - Math.log(v) / lamr);
      if (y > n || v === 0) continue;
      v = v * (u - p3) * lamr;
    }

    const k = Math.abs(y - m);
    if (k <= 20 || k >= nrq / 2 - 1) {
      if (v <= densityRatio(n, r, q, m, y)) return y;
      continue;
    }
    const squeeze = (k / nrq) * ((k * (k / 3 + 0.625) + 0.16666666666666666) / nrq + 0.5);
    const t = (-k * k) / (2 * nrq);
    const logV = Math.log(v);
    if (logV < t - squeeze) return y;
    if (logV > t + squeeze) continue;
    if (logV <= logDensityRatio(n, r, q, m, xm, y)) return y;
  }
}

/** f(y) / f(m), by multiplying the ratios between neighbours. */
function densityRatio(n: number, r: number, q: number, m: number, y: number): number {
  const s = r / q;
  const a = s * (n + 1);
  let ratio = 1;
  for (let i = m + 1; i <= y; i++) ratio *= a / i - s;
  for (let i = y + 1; i <= m; i++) ratio /= a / i - s;
  return ratio;
}

/** log(f(y) / f(m)), by Stirling's series. */
function logDensityRatio(n: number, r: number, q: number, m: number, xm: number, y: number): number {
  const x1 = y + 1;
  const f1 = m + 1;
  const z = n + 1 - m;
  const w = n - y + 1;
  return (
    xm * Math.log(f1 / x1) +
    (n - m + 0.5) * Math.log(z / w) +
    (y - m) * Math.log((w * r) / (x1 * q)) +
    stirling(f1) +
    stirling(z) +
    stirling(x1) +
    stirling(w)
  );
}

function stirling(x: number): number {
  const square = x * x;
  return (13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square) / x / 166320;
}
