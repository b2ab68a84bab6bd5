/**
 * y = f(x) over a contiguous run. The codes are the positions of `unaryOps` in `kernel.ts`.
 *
 * Loops have no scalar tail: they work on whole vectors of four and may write up to three elements past the
 * end, into the slack that every buffer has.
 */
import { constant, INFINITY, ONE, SIGN_BIT } from "./math/constants";
import { erf } from "./math/error-function";
import { exp, expm1, sigmoid, softplus, tanh } from "./math/exponential";
import { log, log1p } from "./math/logarithm";
import { cos, sin } from "./math/trigonometry";

const NEG: i32 = 0;
const EXP: i32 = 1;
const EXPM1: i32 = 2;
const LOG: i32 = 3;
const LOG1P: i32 = 4;
const SQRT: i32 = 5;
const ABS: i32 = 6;
const SIGN: i32 = 7;
const SQUARE: i32 = 8;
const RECIPROCAL: i32 = 9;
const SIN: i32 = 10;
const COS: i32 = 11;
const TANH: i32 = 12;
const SIGMOID: i32 = 13;
const RELU: i32 = 14;
const SOFTPLUS: i32 = 15;
const ERF: i32 = 16;
const FLOOR: i32 = 17;
const IS_FINITE: i32 = 18;

// @ts-ignore: decorator
@inline function apply(op: i32, x: v128): v128 {
  if (op == NEG) return f32x4.neg(x);
  if (op == EXP) return exp(x);
  if (op == EXPM1) return expm1(x);
  if (op == LOG) return log(x);
  if (op == LOG1P) return log1p(x);
  if (op == SQRT) return f32x4.sqrt(x);
  if (op == ABS) return f32x4.abs(x);
  if (op == SIGN) return sign(x);
  if (op == SQUARE) return f32x4.mul(x, x);
  if (op == RECIPROCAL) return f32x4.div(constant(ONE), x);
  if (op == SIN) return sin(x);
  if (op == COS) return cos(x);
  if (op == TANH) return tanh(x);
  if (op == SIGMOID) return sigmoid(x);
  if (op == RELU) return f32x4.max(x, f32x4.splat(0.0));
  if (op == SOFTPLUS) return softplus(x);
  if (op == ERF) return erf(x);
  if (op == FLOOR) return f32x4.floor(x);
  return v128.and(f32x4.lt(f32x4.abs(x), constant(INFINITY)), constant(ONE));
}

/** ±1, 0 at ±0, NaN at NaN. */
// @ts-ignore: decorator
@inline function sign(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const signed = v128.bitselect(x, constant(ONE), constant(SIGN_BIT));
  return v128.bitselect(f32x4.add(x, zero), signed, v128.not(f32x4.gt(f32x4.abs(x), zero)));
}

// @ts-ignore: decorator
@inline function loop(op: i32, x: usize, y: usize, length: i32): void {
  const end = y + (<usize>length << 2);
  // Four at a time: four chains of dependent instructions in flight, and constants loaded once for all.
  const blocksEnd = y + ((<usize>length << 2) & ~63);
  while (y < blocksEnd) {
    const first = apply(op, v128.load(x));
    const second = apply(op, v128.load(x, 16));
    const third = apply(op, v128.load(x, 32));
    const fourth = apply(op, v128.load(x, 48));
    v128.store(y, first);
    v128.store(y, second, 16);
    v128.store(y, third, 32);
    v128.store(y, fourth, 48);
    x += 64;
    y += 64;
  }
  while (y < end) {
    v128.store(y, apply(op, v128.load(x)));
    x += 16;
    y += 16;
  }
}

function negLoop(x: usize, y: usize, length: i32): void {
  loop(NEG, x, y, length);
}

function expLoop(x: usize, y: usize, length: i32): void {
  loop(EXP, x, y, length);
}

function expm1Loop(x: usize, y: usize, length: i32): void {
  loop(EXPM1, x, y, length);
}

function logLoop(x: usize, y: usize, length: i32): void {
  loop(LOG, x, y, length);
}

function log1pLoop(x: usize, y: usize, length: i32): void {
  loop(LOG1P, x, y, length);
}

function sqrtLoop(x: usize, y: usize, length: i32): void {
  loop(SQRT, x, y, length);
}

function absLoop(x: usize, y: usize, length: i32): void {
  loop(ABS, x, y, length);
}

function signLoop(x: usize, y: usize, length: i32): void {
  loop(SIGN, x, y, length);
}

function squareLoop(x: usize, y: usize, length: i32): void {
  loop(SQUARE, x, y, length);
}

function reciprocalLoop(x: usize, y: usize, length: i32): void {
  loop(RECIPROCAL, x, y, length);
}

function sinLoop(x: usize, y: usize, length: i32): void {
  loop(SIN, x, y, length);
}

function cosLoop(x: usize, y: usize, length: i32): void {
  loop(COS, x, y, length);
}

export function tanhLoop(x: usize, y: usize, length: i32): void {
  loop(TANH, x, y, length);
}

export function sigmoidLoop(x: usize, y: usize, length: i32): void {
  loop(SIGMOID, x, y, length);
}

function reluLoop(x: usize, y: usize, length: i32): void {
  loop(RELU, x, y, length);
}

function softplusLoop(x: usize, y: usize, length: i32): void {
  loop(SOFTPLUS, x, y, length);
}

function erfLoop(x: usize, y: usize, length: i32): void {
  loop(ERF, x, y, length);
}

function floorLoop(x: usize, y: usize, length: i32): void {
  loop(FLOOR, x, y, length);
}

function isFiniteLoop(x: usize, y: usize, length: i32): void {
  loop(IS_FINITE, x, y, length);
}

/** One function for each operation: in a common one, the constants of all would be set up at every call. */
export function unaryFloat(op: i32, x: usize, y: usize, length: i32): void {
  switch (op) {
    case NEG: return negLoop(x, y, length);
    case EXP: return expLoop(x, y, length);
    case EXPM1: return expm1Loop(x, y, length);
    case LOG: return logLoop(x, y, length);
    case LOG1P: return log1pLoop(x, y, length);
    case SQRT: return sqrtLoop(x, y, length);
    case ABS: return absLoop(x, y, length);
    case SIGN: return signLoop(x, y, length);
    case SQUARE: return squareLoop(x, y, length);
    case RECIPROCAL: return reciprocalLoop(x, y, length);
    case SIN: return sinLoop(x, y, length);
    case COS: return cosLoop(x, y, length);
    case TANH: return tanhLoop(x, y, length);
    case SIGMOID: return sigmoidLoop(x, y, length);
    case RELU: return reluLoop(x, y, length);
    case SOFTPLUS: return softplusLoop(x, y, length);
    case ERF: return erfLoop(x, y, length);
    case FLOOR: return floorLoop(x, y, length);
    default: return isFiniteLoop(x, y, length);
  }
}

// @ts-ignore: decorator
@inline function applyInteger(op: i32, x: v128): v128 {
  if (op == NEG) return i32x4.neg(x);
  if (op == ABS) return i32x4.abs(x);
  if (op == SIGN) return v128.or(i32x4.shr_s(x, 31), i32x4.shr_u(i32x4.neg(x), 31));
  if (op == SQUARE) return i32x4.mul(x, x);
  if (op == RELU) return i32x4.max_s(x, i32x4.splat(0));
  if (op == IS_FINITE) return i32x4.splat(1);
  return x;
}

// @ts-ignore: decorator
@inline function loopInteger(op: i32, x: usize, y: usize, length: i32): void {
  const end = y + (<usize>length << 2);
  while (y < end) {
    v128.store(y, applyInteger(op, v128.load(x)));
    x += 16;
    y += 16;
  }
}

/** Only the operations that int32 has. */
export function unaryInteger(op: i32, x: usize, y: usize, length: i32): void {
  switch (op) {
    case NEG: return loopInteger(NEG, x, y, length);
    case ABS: return loopInteger(ABS, x, y, length);
    case SIGN: return loopInteger(SIGN, x, y, length);
    case SQUARE: return loopInteger(SQUARE, x, y, length);
    case RELU: return loopInteger(RELU, x, y, length);
    case FLOOR: return loopInteger(FLOOR, x, y, length);
    default: return loopInteger(IS_FINITE, x, y, length);
  }
}
