import { fusedMultiplyAdd as fma } from "./fused-multiply-add.ts";

/**
 * Sine and cosine rounded as the C library under Python rounds them.
 *
 * V8's functions differ from it in the last bit in about 3 % of calls. In a chaotic system such as the acrobot that
 * bit grows until whole observations differ, so these do the same operations in the same order: subtract a multiple of
 * π/2, look up sine and cosine of the nearest multiple of 1/128 as sums of two doubles (Gal's accurate tables), and
 * add short polynomials of the rest in fused multiply-adds.
 *
 * Agrees bit for bit with glibc 2.28 and later on x86-64 with FMA for |x| < 10⁵; beyond, it is `Math.sin`.
 */

const STEPS = 128;
/** 0.8555 and 2.4263: below, no reduction; between, from π/2; above, by multiples of π/2. */
const DIRECT_LIMIT = 0.85546875;
const MIDDLE_LIMIT = 2.4262657165527344;
const REDUCTION_LIMIT = 1e5;
/** Table entries reach beyond `DIRECT_LIMIT`. */
const TABLE_SIZE = 112;

/** π/2 as a sum of two doubles, and in parts short enough that small multiples are exact. */
const HALF_PI: number = Math.PI / 2;
const HALF_PI_LOW = 6.123233995736766e-17;
const PARTS = [
  1.5707963407039642, -1.3909067564377153e-8, -4.97899623147991e-17, -1.9034889620193266e-25,
] as const;
const TWO_OVER_PI: number = 2 / Math.PI;

/** 1.5·2⁵²: a double of this size has no bits for a fraction. */
const ROUND_TO_WHOLE = 6755399441055744;

/** Polynomials on ±1/256, and of the sine on ±0.126. */
const SINE_3 = -0.16666666666666488;
const SINE_5 = 0.008333332142857223;
const COSINE_4 = -0.04166666666666644;
const COSINE_6 = 0.001388888740079376;
const TAYLOR_LIMIT = 0.126;
const TAYLOR = [
  -0.16666666666666666, 0.008333333333332329, -0.00019841269834414642, 2.755729806860771e-6,
  -2.5022014848318398e-8,
] as const;

/**
 * How far sums without fused operations lie from those with them, at most (Ziv's test): where both ends of the doubt
 * round to the same number, the quick sum is the answer, in 97 % of calls; else the operations are repeated fused.
 */
const TABLE_DOUBT = 2e-18;
const SERIES_DOUBT = 1e-15;

const [SINE_HIGH, SINE_LOW, COSINE_HIGH, COSINE_LOW] = buildTables();

/** sin x, x in radians. */
export function accurateSin(x: number): number {
  const size = Math.abs(x);
  if (size < DIRECT_LIMIT) return sineOf(x, 0);
  if (size < MIDDLE_LIMIT) return Math.sign(x) * cosineOf(HALF_PI - size, HALF_PI_LOW);
  return size < REDUCTION_LIMIT ? reduced(x, 0) : Math.sin(x);
}

/** cos x, x in radians. */
export function accurateCos(x: number): number {
  const size = Math.abs(x);
  if (size < DIRECT_LIMIT) return cosineOf(x, 0);
  if (size < MIDDLE_LIMIT) {
    const rest = HALF_PI - size;
    const angle = rest + HALF_PI_LOW;
    return sineOf(angle, rest - angle + HALF_PI_LOW);
  }
  return size < REDUCTION_LIMIT ? reduced(x, 1) : Math.cos(x);
}

/** The sine (or with `shift` 1 the cosine) by subtracting a multiple of π/2. */
function reduced(x: number, shift: number): number {
  const turns = fma(x, TWO_OVER_PI, ROUND_TO_WHOLE) - ROUND_TO_WHOLE;
  const near = fma(-turns, PARTS[1], fma(-turns, PARTS[0], x));
  const middle = fma(-turns, PARTS[2], near);
  const angle = fma(-turns, PARTS[3], middle);
  const low = fma(-turns, PARTS[2], near - middle) + fma(-turns, PARTS[3], middle - angle);
  const quadrant = (turns + shift) & 3;
  const value = (quadrant & 1) === 0 ? sineOf(angle, low) : cosineOf(angle, low);
  return quadrant < 2 ? value : -value;
}

/** sin(x + dx) for |x| ≤ 0.87 and a tiny dx. */
function sineOf(x: number, dx: number): number {
  const size = Math.abs(x);
  if (size < TAYLOR_LIMIT) {
    const s = x * x;
    const quick = TAYLOR[0] + s * (TAYLOR[1] + s * (TAYLOR[2] + s * (TAYLOR[3] + s * TAYLOR[4])));
    const small = (quick * x - 0.5 * dx) * s + dx;
    const doubt = Math.abs(small) * SERIES_DOUBT;
    if (x + (small - doubt) === x + (small + doubt)) return x + small;
    const series = fma(s, fma(s, fma(s, fma(s, TAYLOR[4], TAYLOR[3]), TAYLOR[2]), TAYLOR[1]), TAYLOR[0]);
    return x + fma(fma(series, x, -0.5 * dx), s, dx);
  }
  const low = x > 0 ? dx : -dx;
  const k = roundHalfEven(size * STEPS);
  const d = size - k / STEPS;
  const s = d * d;
  const high = SINE_HIGH[k]!;
  const quickSine = d + (d * s * (SINE_3 + s * SINE_5) + low);
  const quickVersine = d * low + s * (0.5 + s * (COSINE_4 + s * COSINE_6));
  const small =
    quickSine * COSINE_HIGH[k]! + (SINE_LOW[k]! + quickSine * COSINE_LOW[k]! - quickVersine * high);
  if (high + (small - TABLE_DOUBT) === high + (small + TABLE_DOUBT))
    return x < 0 ? -(high + small) : high + small;
  const sine = d + fma(d * s, fma(s, SINE_5, SINE_3), low);
  const versine = fma(d, low, s * fma(s, fma(s, COSINE_6, COSINE_4), 0.5));
  const correction = fma(-versine, high, fma(sine, COSINE_LOW[k]!, SINE_LOW[k]!));
  const value = high + fma(sine, COSINE_HIGH[k]!, correction);
  return x < 0 ? -value : value;
}

/** cos(x + dx) for |x| ≤ 0.87 and a tiny dx. */
function cosineOf(x: number, dx: number): number {
  const size = Math.abs(x);
  const k = roundHalfEven(size * STEPS);
  const d = size - k / STEPS + (x < 0 ? -dx : dx);
  const s = d * d;
  const high = COSINE_HIGH[k]!;
  const quickSine = d + d * s * (SINE_3 + s * SINE_5);
  const quickVersine = s * (0.5 + s * (COSINE_4 + s * COSINE_6));
  const small = COSINE_LOW[k]! - quickSine * SINE_LOW[k]! - quickVersine * high - quickSine * SINE_HIGH[k]!;
  if (high + (small - TABLE_DOUBT) === high + (small + TABLE_DOUBT)) return high + small;
  const sine = fma(d * s, fma(s, SINE_5, SINE_3), d);
  const versine = s * fma(s, fma(s, COSINE_6, COSINE_4), 0.5);
  const correction = fma(-versine, high, fma(-sine, SINE_LOW[k]!, COSINE_LOW[k]!));
  return high + fma(-sine, SINE_HIGH[k]!, correction);
}

/** The nearest whole number, the even one of two. */
function roundHalfEven(x: number): number {
  return x + ROUND_TO_WHOLE - ROUND_TO_WHOLE;
}

/** Sines and cosines of k/128 as sums of two doubles, from Taylor series in integers of 160 bits. */
function buildTables(): readonly [Float64Array, Float64Array, Float64Array, Float64Array] {
  const bits = 160n;
  const tables = [0, 1, 2, 3].map(() => new Float64Array(TABLE_SIZE));
  for (let k = 0; k < TABLE_SIZE; k++) {
    const x = (BigInt(k) << bits) / BigInt(STEPS);
    const sums: [bigint, bigint] = [0n, 0n];
    let term = 1n << bits;
    for (let n = 0; n < 40; n++) {
      const sign = n % 4 < 2 ? 1n : -1n;
      sums[n % 2]! += sign * term;
      term = (term * x) / (BigInt(n + 1) << bits);
    }
    const [cosine, sine] = sums;
    [tables[0]![k], tables[1]![k]] = splitFixed(sine, bits);
    [tables[2]![k], tables[3]![k]] = splitFixed(cosine, bits);
  }
  return tables as unknown as readonly [Float64Array, Float64Array, Float64Array, Float64Array];
}

/** A fixed-point number as the nearest double and the double nearest to what is missing. */
function splitFixed(value: bigint, bits: bigint): [high: number, low: number] {
  const scale = 2 ** -Number(bits);
  const high = Number(value) * scale;
  const rounded = BigInt(high * 2 ** Number(bits));
  return [high, Number(value - rounded) * scale];
}
