/**
 * sin and cos of four float32 lanes, computed in double: x = n π/2 + r with |r| ≤ π/4, then a polynomial in r².
 * Up to |x| = 2²⁰ two parts of π/2 leave r exact to 2^-66. Beyond, x is reduced in integer arithmetic against
 * the bits of 2/π (Payne and Hanek 1983), so that every finite float32 has an accurate result.
 */

import { coefficient64, constant } from "./constants";

/** 1.5 · 2⁵²: adding it rounds to an integer, whose low bits the sum then holds. */
const ROUND: usize = memory.data<f64>([6755399441055744.0]);
const TWO_OVER_PI: usize = memory.data<f64>([0.6366197723675814]);
const HALF_PI: f64 = 1.5707963267948966;
/** π/2 in two parts. */
const HALF_PI_PARTS: usize = memory.data<f64>([1.5707963267341256, 6.077100506506192e-11]);
const LARGE: f32 = 1048576.0;
const LARGEST: usize = memory.data<f32>([1048576.0]);
/** sin and cos of the remainder, in its square, from the highest power down. */
const SIN: usize = memory.data<f64>([
  2.71823785067791e-6, -0.00019839327203315365, 0.008333329362505928, -0.16666666641428682, 1.0,
]);
const COS: usize = memory.data<f64>([
  2.438964047427004e-5, -0.0013886755396909519, 0.04166662306709447, -0.49999999722931915, 1.0,
]);

/** The first 320 bits of 2/π after 32 zero bits. */
const twoOverPiBits = memory.data<u32>([
  0, 0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561, 0xb7246e3a,
  0x424dd2e0,
]);
const lanes = memory.data(16, 16);

// @ts-ignore: decorator
@inline export function sin(x: v128): v128 {
  return turn(x, 0);
}

// @ts-ignore: decorator
@inline export function cos(x: v128): v128 {
  return turn(x, 1);
}

/** sin(x + quarters π/2). */
// @ts-ignore: decorator
@inline function turn(x: v128, quarters: i64): v128 {
  if (v128.any_true(v128.not(f32x4.le(f32x4.abs(x), constant(LARGEST))))) return turnLarge(x, quarters);
  const low = reduceAndTurn(f64x2.promote_low_f32x4(x), quarters);
  const high = reduceAndTurn(f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3)), quarters);
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

// @ts-ignore: decorator
@inline function reduceAndTurn(x: v128, quarters: i64): v128 {
  const shifted = f64x2.add(f64x2.mul(x, coefficient64(TWO_OVER_PI, 0)), coefficient64(ROUND, 0));
  const n = f64x2.sub(shifted, coefficient64(ROUND, 0));
  let r = f64x2.sub(x, f64x2.mul(n, coefficient64(HALF_PI_PARTS, 0)));
  r = f64x2.sub(r, f64x2.mul(n, coefficient64(HALF_PI_PARTS, 1)));
  return sinOfQuadrant(r, i64x2.add(shifted, i64x2.splat(quarters)));
}

/** sin(r + q π/2) for |r| ≤ π/4; only the two low bits of q count. */
// @ts-ignore: decorator
@inline function sinOfQuadrant(r: v128, q: v128): v128 {
  const z = f64x2.mul(r, r);
  let s = f64x2.add(f64x2.mul(coefficient64(SIN, 0), z), coefficient64(SIN, 1));
  s = f64x2.add(f64x2.mul(s, z), coefficient64(SIN, 2));
  s = f64x2.add(f64x2.mul(s, z), coefficient64(SIN, 3));
  s = f64x2.mul(r, f64x2.add(f64x2.mul(s, z), coefficient64(SIN, 4)));
  let c = f64x2.add(f64x2.mul(coefficient64(COS, 0), z), coefficient64(COS, 1));
  c = f64x2.add(f64x2.mul(c, z), coefficient64(COS, 2));
  c = f64x2.add(f64x2.mul(c, z), coefficient64(COS, 3));
  c = f64x2.add(f64x2.mul(c, z), coefficient64(COS, 4));
  const odd = i64x2.sub(i64x2.splat(0), v128.and(q, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(q, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

/** As `turn`, lane by lane, where at least one lane is large, infinite or NaN. */
function turnLarge(x: v128, quarters: i64): v128 {
  v128.store(lanes, x);
  for (let lane: usize = 0; lane < 16; lane += 4) {
    const value = load<f32>(lanes + lane);
    let y: v128;
    if (abs(value) <= LARGE) y = reduceAndTurn(f64x2.splat(<f64>value), quarters);
    else if (isFinite(value)) y = reduceLargeAndTurn(value, quarters);
    else y = f64x2.splat(NaN);
    store<f32>(lanes + lane, <f32>f64x2.extract_lane(y, 0));
  }
  return v128.load(lanes);
}

/**
 * |x| = M · 2^e with M of 24 bits. A 96-bit window of 2/π that starts where M · 2^e · bit is worth 2 gives
 * |x| · 2/π modulo 4 as a fixed-point number, of which 64 bits are kept: two of quadrant, 62 of fraction.
 */
function reduceLargeAndTurn(x: f32, quarters: i64): v128 {
  const bits = reinterpret<u32>(x);
  const mantissa = <u64>((bits & 0x007fffff) | 0x00800000);
  const exponent = <i32>((bits >> 23) & 0xff) - 150;
  const start = <usize>(exponent - 2 + 32);
  const words = twoOverPiBits + ((start >> 5) << 2);
  const shift = <u64>(start & 31);
  const pair0 = ((<u64>load<u32>(words)) << 32) | load<u32>(words, 4);
  const pair1 = ((<u64>load<u32>(words, 4)) << 32) | load<u32>(words, 8);
  const pair2 = ((<u64>load<u32>(words, 8)) << 32) | load<u32>(words, 12);
  const w0 = (pair0 << shift) >> 32;
  const w1 = (pair1 << shift) >> 32;
  const w2 = (pair2 << shift) >> 32;
  const product = ((mantissa * w0) << 32) + mantissa * w1 + ((mantissa * w2) >> 32);
  const n = (product + (1 << 61)) >> 62;
  const r = <f64>(<i64>(product - (n << 62))) * (HALF_PI / 4611686018427387904.0);
  const negative = <i32>bits < 0;
  return sinOfQuadrant(f64x2.splat(negative ? -r : r), i64x2.splat((negative ? -<i64>n : <i64>n) + quarters));
}
