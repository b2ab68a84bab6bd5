/**
 * x^y of four float32 lanes, as 2^(y log₂|x|) in double, where log₂ is good to 2^-45 and 2^t to 2^-34, so that
 * the float32 result is nearly always the nearest. The special cases are those of IEEE 754.
 */
import { coefficient64 } from "./constants";

/** 1.5 · 2⁵², as in `trigonometry.ts`: its value and its bits, which are those of a number. */
const ROUND: usize = memory.data<f64>([6755399441055744.0]);
const SQRT_HALF: usize = memory.data<f64>([0.7071067811865476]);
/** 1, ½, ∞. */
const NUMBERS: usize = memory.data<f64>([1.0, 0.5, Infinity]);
/** log₂ and 2^r, from the highest power down. */
const LOG2: usize = memory.data<f64>([
  0.28292090595468833, 0.3199043221052746, 0.4122092838779623, 0.577077942074736, 0.9617966941142595,
  2.8853900817778495,
]);
const EXP2: usize = memory.data<f64>([
  1.5201931325124165e-5, 0.00015469291422078613, 0.00133339225304137, 0.009618027252274423, 0.055504103534707534,
  0.24022651198181597, 0.6931471807284488, 0.9999999999616708,
]);
/** Where 2^t is 0 and ∞ in float32. */
const EXP2_LIMITS: usize = memory.data<f64>([-160.0, 140.0]);

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
  const one = coefficient64(NUMBERS, 0);
  const infinity = coefficient64(NUMBERS, 2);
  const magnitude = f64x2.abs(x);
  const exponent = f64x2.mul(y, log2(magnitude));
  let result = exp2(exponent);

  // A negative base: the exponent must be an integer, and an odd one keeps the sign.
  const whole = f64x2.eq(f64x2.trunc(y), y);
  const half = f64x2.mul(y, coefficient64(NUMBERS, 1));
  const odd = v128.andnot(whole, f64x2.eq(f64x2.trunc(half), half));
  result = v128.xor(result, v128.and(v128.and(x, odd), i64x2.splat(0x8000000000000000)));
  const finiteNegative = v128.and(f64x2.lt(x, zero), f64x2.gt(x, f64x2.neg(infinity)));
  let undefined_ = v128.andnot(finiteNegative, whole);
  undefined_ = v128.or(undefined_, v128.or(f64x2.ne(x, x), f64x2.ne(y, y)));
  result = v128.or(result, undefined_);

  const unit = v128.and(f64x2.eq(magnitude, one), f64x2.eq(f64x2.abs(y), infinity));
  const always = v128.or(v128.or(f64x2.eq(x, one), f64x2.eq(y, zero)), unit);
  return v128.bitselect(one, result, always);
}

/** log₂ x for x ≥ 0 from a float32: −∞ at 0, +∞ at +∞. */
// @ts-ignore: decorator
@inline function log2(x: v128): v128 {
  const k = i64x2.shr_s(i64x2.sub(x, coefficient64(SQRT_HALF, 0)), 52);
  const m = i64x2.sub(x, i64x2.shl(k, 52));
  const one = coefficient64(NUMBERS, 0);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(coefficient64(LOG2, 0), z), coefficient64(LOG2, 1));
  p = f64x2.add(f64x2.mul(p, z), coefficient64(LOG2, 2));
  p = f64x2.add(f64x2.mul(p, z), coefficient64(LOG2, 3));
  p = f64x2.add(f64x2.mul(p, z), coefficient64(LOG2, 4));
  p = f64x2.add(f64x2.mul(p, z), coefficient64(LOG2, 5));
  const whole = f64x2.sub(i64x2.add(k, coefficient64(ROUND, 0)), coefficient64(ROUND, 0));
  const y = f64x2.add(f64x2.mul(s, p), whole);
  const infinity = coefficient64(NUMBERS, 2);
  const atZero = v128.bitselect(f64x2.neg(infinity), y, f64x2.eq(x, f64x2.splat(0.0)));
  return v128.bitselect(infinity, atZero, f64x2.eq(x, infinity));
}

/** 2^t, saturating outside what float32 can tell from 0 and ∞. */
// @ts-ignore: decorator
@inline function exp2(t: v128): v128 {
  const clamped = f64x2.pmin(f64x2.pmax(t, coefficient64(EXP2_LIMITS, 0)), coefficient64(EXP2_LIMITS, 1));
  const shifted = f64x2.add(clamped, coefficient64(ROUND, 0));
  const r = f64x2.sub(clamped, f64x2.sub(shifted, coefficient64(ROUND, 0)));
  let p = f64x2.add(f64x2.mul(coefficient64(EXP2, 0), r), coefficient64(EXP2, 1));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 2));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 3));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 4));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 5));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 6));
  p = f64x2.add(f64x2.mul(p, r), coefficient64(EXP2, 7));
  return i64x2.add(p, i64x2.shl(i64x2.sub(shifted, coefficient64(ROUND, 0)), 52));
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
