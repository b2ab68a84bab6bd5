/**
 * log and log1p, four lanes at a time.
 *
 * x = 2ᵏ m with √½ ≤ m < √2, f = m − 1, s = f / (2 + f), z = s²: log m = f − (½f² − s (½f² + z L(z))), L the
 * minimax polynomial of degree 2 (relative error 2^-30); then k ln 2 in two parts, the high one exact.
 */
import { multiplyAdd } from "../multiply-add";

const SQRT_HALF_BITS: i32 = 0x3f3504f3;
const LN2_HIGH: f32 = 0.693145751953125;
const LN2_LOW: f32 = 1.428606765330187e-6;

/** log(u (1 + c/u)) for a normal positive u and the small correction c/u; `shift` is added to the exponent. */
// @ts-ignore: decorator
@inline function logCorrected(u: v128, relativeCorrection: v128, shift: v128): v128 {
  const bits = i32x4.sub(u, i32x4.splat(SQRT_HALF_BITS));
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.shr_s(bits, 23), shift));
  const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(SQRT_HALF_BITS));
  const f = f32x4.sub(m, f32x4.splat(1.0));
  const s = f32x4.div(f, f32x4.add(f, f32x4.splat(2.0)));
  const z = f32x4.mul(s, s);
  let p = multiplyAdd(f32x4.splat(0.29872560501098633), z, f32x4.splat(0.3997751772403717));
  p = f32x4.mul(multiplyAdd(p, z, f32x4.splat(0.6666677594184875)), z);
  const halfSquare = f32x4.mul(f32x4.mul(f32x4.splat(0.5), f), f);
  const low = multiplyAdd(k, f32x4.splat(LN2_LOW), relativeCorrection);
  const tail = multiplyAdd(s, f32x4.add(halfSquare, p), low);
  const mantissa = f32x4.sub(f32x4.sub(halfSquare, tail), f);
  return f32x4.sub(f32x4.mul(k, f32x4.splat(LN2_HIGH)), mantissa);
}

/** log x over the whole range: −∞ at ±0, NaN below, subnormals scaled by 2²³ first. */
// @ts-ignore: decorator
@inline export function log(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const tiny = f32x4.lt(x, f32x4.splat(1.1754943508222875e-38));
  const scaled = v128.bitselect(f32x4.mul(x, f32x4.splat(8388608.0)), x, tiny);
  const y = logCorrected(scaled, zero, v128.and(tiny, i32x4.splat(-23)));
  return withLimits(y, x, zero);
}

/** log(1 + x): with u = 1 + x rounded, the part of x that u lost comes back as (x − (u − 1)) / u. */
// @ts-ignore: decorator
@inline export function log1p(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const y = v128.bitselect(x, logOnePlus(x), f32x4.eq(x, zero));
  return withLimits(y, x, f32x4.splat(-1.0));
}

/** log1p for 0 ≤ x < ∞, or NaN: no limits to look after. */
// @ts-ignore: decorator
@inline export function logOnePlus(x: v128): v128 {
  const one = f32x4.splat(1.0);
  const u = f32x4.add(one, x);
  const lost = f32x4.sub(x, f32x4.sub(u, one));
  return logCorrected(u, f32x4.div(lost, u), i32x4.splat(0));
}

/** −∞ where x is `pole`, NaN below it and for NaN, +∞ at +∞, else y. */
// @ts-ignore: decorator
@inline function withLimits(y: v128, x: v128, pole: v128): v128 {
  const infinity = f32x4.splat(Infinity);
  y = v128.bitselect(f32x4.neg(infinity), y, f32x4.eq(x, pole));
  y = v128.bitselect(infinity, y, f32x4.eq(x, infinity));
  return v128.or(y, v128.not(f32x4.ge(x, pole)));
}
