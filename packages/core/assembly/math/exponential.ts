/**
 * exp and what is made of it, four lanes at a time.
 *
 * Every function reduces x = n ln 2 + r with |r| ≤ ½ ln 2 and takes e^r − 1 = r + r² P(r), P the minimax
 * polynomial of degree 4 (relative error of e^r: 2^-28). ln 2 is split so that n times its high part is exact.
 * `pmin`/`pmax` clamp with one instruction and, with the variable first, let NaN through.
 */
import { multiplyAdd, subtractProduct } from "../multiply-add";
import { coefficient, constant, HALF, ONE, SIGN_BIT, TWO } from "./constants";
import { logOnePlus } from "./logarithm";

/** 1.5 · 2²³: adding it to |t| < 2²² rounds t to an integer, which the low mantissa bits then hold. */
const ROUND: usize = memory.data<f32>([12582912.0]);
const ROUND_BITS: i32 = 0x4b400000;
const LOG2_E: usize = memory.data<f32>([1.4426950216293335]);
const LN2: usize = memory.data<f32>([0.6931471824645996]);
const LN2_HIGH: usize = memory.data<f32>([0.693145751953125]);
const LN2_LOW: usize = memory.data<f32>([1.428606765330187e-6]);
/** P, from the highest power down. */
const P: usize = memory.data<f32>([
  0.0013882516650483012, 0.008366520516574383, 0.04166720062494278, 0.1666654348373413, 0.4999999701976776,
]);
/** What turns ROUND_BITS + n into the exponent of 2ⁿ, and of 2ⁿ⁻¹; what turns it into n. */
const EXPONENT: usize = memory.data<i32>([127 - 0x4b400000, 126 - 0x4b400000]);
const UNROUND: usize = memory.data<i32>([0x4b400000]);
const EXPONENT_BIAS: usize = memory.data<i32>([127]);
/** Beyond these, exp is 0 and ∞; expm1 is −1 and ∞; tanh is 1. */
const EXP_LEAST: usize = memory.data<f32>([-104.5]);
const EXP_MOST: usize = memory.data<f32>([89.0]);
const EXPM1_LEAST: usize = memory.data<f32>([-20.0]);
const TANH_MOST: usize = memory.data<f32>([20.0]);

/** r + r² P(r) = e^r − 1 for |r| ≤ ½ ln 2. */
// @ts-ignore: decorator
@inline function reducedExpm1(r: v128): v128 {
  let p = multiplyAdd(coefficient(P, 0), r, coefficient(P, 1));
  p = multiplyAdd(p, r, coefficient(P, 2));
  p = multiplyAdd(p, r, coefficient(P, 3));
  p = multiplyAdd(p, r, coefficient(P, 4));
  return multiplyAdd(f32x4.mul(r, r), p, r);
}

/** x / ln 2 + ROUND: its bits less ROUND_BITS are n, its value less ROUND is n too. */
// @ts-ignore: decorator
@inline function roundedQuotient(x: v128): v128 {
  return multiplyAdd(x, constant(LOG2_E), constant(ROUND));
}

// @ts-ignore: decorator
@inline function remainder(x: v128, quotient: v128): v128 {
  const n = f32x4.sub(quotient, constant(ROUND));
  return subtractProduct(n, constant(LN2_LOW), subtractProduct(n, constant(LN2_HIGH), x));
}

/** 2ⁿ for −126 ≤ n ≤ 127, from the rounded quotient. */
// @ts-ignore: decorator
@inline function powerOfTwo(quotient: v128): v128 {
  return i32x4.shl(i32x4.add(quotient, constant(EXPONENT)), 23);
}

/** e^x over the whole range: subnormal results are rounded once, by the second of two scalings. */
// @ts-ignore: decorator
@inline export function exp(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, constant(EXP_LEAST)), constant(EXP_MOST));
  const quotient = roundedQuotient(clamped);
  const y = f32x4.add(constant(ONE), reducedExpm1(remainder(clamped, quotient)));
  const n = i32x4.sub(quotient, constant(UNROUND));
  const half = i32x4.shr_s(n, 1);
  const first = i32x4.shl(i32x4.add(half, constant(EXPONENT_BIAS)), 23);
  const second = i32x4.shl(i32x4.add(i32x4.sub(n, half), constant(EXPONENT_BIAS)), 23);
  return f32x4.mul(f32x4.mul(y, first), second);
}

/** e^x for −87 ≤ x ≤ 88: one scaling. */
// @ts-ignore: decorator
@inline export function expNormal(x: v128): v128 {
  const quotient = roundedQuotient(x);
  const y = f32x4.add(constant(ONE), reducedExpm1(remainder(x, quotient)));
  return f32x4.mul(y, powerOfTwo(quotient));
}

/** e^x − 1. 2ⁿ (e^r − 1) + (2ⁿ − 1), at half scale so that n = 128 does not overflow. */
// @ts-ignore: decorator
@inline export function expm1(x: v128): v128 {
  const clamped = f32x4.pmin(f32x4.pmax(x, constant(EXPM1_LEAST)), constant(EXP_MOST));
  const quotient = roundedQuotient(clamped);
  const q = reducedExpm1(remainder(clamped, quotient));
  const half = i32x4.shl(i32x4.add(quotient, coefficient(EXPONENT, 1)), 23);
  const y = multiplyAdd(half, q, f32x4.sub(half, constant(HALF)));
  return v128.bitselect(x, f32x4.add(y, y), f32x4.eq(x, f32x4.splat(0.0)));
}

/**
 * With E = e^(2|x|) − 1: tanh |x| = E / (E + 2), which is 1 in float32 from |x| = 9.02 on. One part of ln 2 is enough:
 * where n is large, E hardly shows in the quotient.
 */
// @ts-ignore: decorator
@inline export function tanh(x: v128): v128 {
  const sign = v128.and(x, constant(SIGN_BIT));
  const magnitude = v128.xor(x, sign);
  const twice = f32x4.pmin(f32x4.add(magnitude, magnitude), constant(TANH_MOST));
  const quotient = roundedQuotient(twice);
  const n = f32x4.sub(quotient, constant(ROUND));
  const q = reducedExpm1(subtractProduct(n, constant(LN2), twice));
  const scale = powerOfTwo(quotient);
  const e = multiplyAdd(scale, q, f32x4.sub(scale, constant(ONE)));
  return v128.or(f32x4.div(e, f32x4.add(e, constant(TWO))), sign);
}

/** With e = e^−|x|: 1 / (1 + e) for x ≥ 0, e / (1 + e) below: never an overflow, and subnormals come out right. */
// @ts-ignore: decorator
@inline export function sigmoid(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const one = constant(ONE);
  const numerator = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0.0)));
  return f32x4.div(numerator, f32x4.add(one, e));
}

/** log(1 + e^x) = max(x, 0) + log1p(e^−|x|). */
// @ts-ignore: decorator
@inline export function softplus(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(x)));
  return f32x4.add(f32x4.max(x, f32x4.splat(0.0)), logOnePlus(e));
}
