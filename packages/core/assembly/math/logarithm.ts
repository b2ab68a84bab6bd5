/**
 * log and log1p, four lanes at a time.
 *
 * x = 2ᵏ m with √½ ≤ m < √2, f = m − 1, s = f / (2 + f), z = s²: log m = f − (½f² − s (½f² + z L(z))), L the
 * minimax polynomial of degree 2 (relative error 2^-30); then k ln 2 in two parts, the high one exact.
 */
import { multiplyAdd } from "../multiply-add";
import { coefficient, constant, HALF, INFINITY, ONE, TWO } from "./constants";

/** The bits of √½. */
const SQRT_HALF: usize = memory.data<i32>([0x3f3504f3]);
const MANTISSA: usize = memory.data<i32>([0x007fffff]);
const LN2_HIGH: usize = memory.data<f32>([0.693145751953125]);
const LN2_LOW: usize = memory.data<f32>([1.428606765330187e-6]);
/** L, from the highest power down. */
const L: usize = memory.data<f32>([0.29872560501098633, 0.3997751772403717, 0.6666677594184875]);
/** The least normal number; 2²³ and −23. */
const LEAST: usize = memory.data<f32>([1.1754943508222875e-38]);
const SCALE: usize = memory.data<f32>([8388608.0]);
const SCALE_SHIFT: usize = memory.data<i32>([-23]);
const MINUS_ONE: usize = memory.data<f32>([-1.0]);

/** log(u (1 + c/u)) for a normal positive u and the small correction c/u; `shift` is added to the exponent. */
// @ts-ignore: decorator
@inline function logCorrected(u: v128, relativeCorrection: v128, shift: v128): v128 {
  const bits = i32x4.sub(u, constant(SQRT_HALF));
  const k = f32x4.convert_i32x4_s(i32x4.add(i32x4.shr_s(bits, 23), shift));
  const m = i32x4.add(v128.and(bits, constant(MANTISSA)), constant(SQRT_HALF));
  const f = f32x4.sub(m, constant(ONE));
  const s = f32x4.div(f, f32x4.add(f, constant(TWO)));
  const z = f32x4.mul(s, s);
  let p = multiplyAdd(coefficient(L, 0), z, coefficient(L, 1));
  p = f32x4.mul(multiplyAdd(p, z, coefficient(L, 2)), z);
  const halfSquare = f32x4.mul(f32x4.mul(constant(HALF), f), f);
  const low = multiplyAdd(k, constant(LN2_LOW), relativeCorrection);
  const tail = multiplyAdd(s, f32x4.add(halfSquare, p), low);
  const mantissa = f32x4.sub(f32x4.sub(halfSquare, tail), f);
  return f32x4.sub(f32x4.mul(k, constant(LN2_HIGH)), mantissa);
}

/** log x over the whole range: −∞ at ±0, NaN below, subnormals scaled by 2²³ first. */
// @ts-ignore: decorator
@inline export function log(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const tiny = f32x4.lt(x, constant(LEAST));
  const scaled = v128.bitselect(f32x4.mul(x, constant(SCALE)), x, tiny);
  const y = logCorrected(scaled, zero, v128.and(tiny, constant(SCALE_SHIFT)));
  return withLimits(y, x, zero);
}

/** log(1 + x): with u = 1 + x rounded, the part of x that u lost comes back as (x − (u − 1)) / u. */
// @ts-ignore: decorator
@inline export function log1p(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const y = v128.bitselect(x, logOnePlus(x), f32x4.eq(x, zero));
  return withLimits(y, x, constant(MINUS_ONE));
}

/** log1p for 0 ≤ x < ∞, or NaN: no limits to look after. */
// @ts-ignore: decorator
@inline export function logOnePlus(x: v128): v128 {
  const one = constant(ONE);
  const u = f32x4.add(one, x);
  const lost = f32x4.sub(x, f32x4.sub(u, one));
  return logCorrected(u, f32x4.div(lost, u), i32x4.splat(0));
}

/** −∞ where x is `pole`, NaN below it and for NaN, +∞ at +∞, else y. */
// @ts-ignore: decorator
@inline function withLimits(y: v128, x: v128, pole: v128): v128 {
  const infinity = constant(INFINITY);
  y = v128.bitselect(f32x4.neg(infinity), y, f32x4.eq(x, pole));
  y = v128.bitselect(infinity, y, f32x4.eq(x, infinity));
  return v128.or(y, v128.not(f32x4.ge(x, pole)));
}
