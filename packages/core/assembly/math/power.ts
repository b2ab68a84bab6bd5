/**
 * x^y of four float32 lanes, as 2^(y log₂|x|) in double, where log₂ is good to 2^-45 and 2^t to 2^-34, so that
 * the float32 result is nearly always the nearest. The special cases are those of IEEE 754.
 */

const ROUND: f64 = 6755399441055744.0;
const ROUND_BITS: i64 = 0x4338000000000000;
const SQRT_HALF_BITS: i64 = 0x3fe6a09e667f3bcd;

// @ts-ignore: decorator
@inline export function pow(x: v128, y: v128): v128 {
  const low = powDouble(f64x2.promote_low_f32x4(x), f64x2.promote_low_f32x4(y));
  const high = powDouble(upper(x), upper(y));
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline function upper(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
}

function powDouble(x: v128, y: v128): v128 {
  const zero = f64x2.splat(0.0);
  const one = f64x2.splat(1.0);
  const magnitude = f64x2.abs(x);
  const exponent = f64x2.mul(y, log2(magnitude));
  let result = exp2(exponent);

  // A negative base: the exponent must be an integer, and an odd one keeps the sign.
  const whole = f64x2.eq(f64x2.trunc(y), y);
  const half = f64x2.mul(y, f64x2.splat(0.5));
  const odd = v128.andnot(whole, f64x2.eq(f64x2.trunc(half), half));
  result = v128.xor(result, v128.and(v128.and(x, odd), i64x2.splat(0x8000000000000000)));
  const finiteNegative = v128.and(f64x2.lt(x, zero), f64x2.gt(x, f64x2.splat(-Infinity)));
  let undefined_ = v128.andnot(finiteNegative, whole);
  undefined_ = v128.or(undefined_, v128.or(f64x2.ne(x, x), f64x2.ne(y, y)));
  result = v128.or(result, undefined_);

  const unit = v128.and(f64x2.eq(magnitude, one), f64x2.eq(f64x2.abs(y), f64x2.splat(Infinity)));
  const always = v128.or(v128.or(f64x2.eq(x, one), f64x2.eq(y, zero)), unit);
  return v128.bitselect(one, result, always);
}

/** log₂ x for x ≥ 0 from a float32: −∞ at 0, +∞ at +∞. */
// @ts-ignore: decorator
@inline function log2(x: v128): v128 {
  const k = i64x2.shr_s(i64x2.sub(x, i64x2.splat(SQRT_HALF_BITS)), 52);
  const m = i64x2.sub(x, i64x2.shl(k, 52));
  const s = f64x2.div(f64x2.sub(m, f64x2.splat(1.0)), f64x2.add(m, f64x2.splat(1.0)));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(f64x2.splat(0.28292090595468833), z), f64x2.splat(0.3199043221052746));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.4122092838779623));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.577077942074736));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.9617966941142595));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.8853900817778495));
  const whole = f64x2.sub(i64x2.add(k, i64x2.splat(ROUND_BITS)), f64x2.splat(ROUND));
  const y = f64x2.add(f64x2.mul(s, p), whole);
  const infinity = f64x2.splat(Infinity);
  const atZero = v128.bitselect(f64x2.neg(infinity), y, f64x2.eq(x, f64x2.splat(0.0)));
  return v128.bitselect(infinity, atZero, f64x2.eq(x, infinity));
}

/** 2^t, saturating outside what float32 can tell from 0 and ∞. */
// @ts-ignore: decorator
@inline function exp2(t: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(t, f64x2.splat(-160.0)), f64x2.splat(140.0));
  const shifted = f64x2.add(clamped, f64x2.splat(ROUND));
  const r = f64x2.sub(clamped, f64x2.sub(shifted, f64x2.splat(ROUND)));
  let p = f64x2.add(f64x2.mul(f64x2.splat(1.5201931325124165e-5), r), f64x2.splat(0.00015469291422078613));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.00133339225304137));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.009618027252274423));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.055504103534707534));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.24022651198181597));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.6931471807284488));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.9999999999616708));
  return i64x2.add(p, i64x2.shl(i64x2.sub(shifted, i64x2.splat(ROUND_BITS)), 52));
}

/** base^exponent modulo 2³²; a negative exponent truncates the fraction. */
export function integerPower(base: i32, exponent: i32): i32 {
  if (exponent < 0) {
    if (base == 1) return 1;
    if (base == -1) return exponent & 1 ? -1 : 1;
    return 0;
  }
  let result = 1;
  let square = base;
  while (exponent > 0) {
    if (exponent & 1) result *= square;
    square *= square;
    exponent >>= 1;
  }
  return result;
}
