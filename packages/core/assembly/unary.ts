/**
 * y = f(x) over a contiguous run. The codes are the positions of `unaryOps` in `kernel.ts`.
 *
 * Loops have no scalar tail: they work on whole vectors of four and may write up to three elements past the
 * end, into the slack that every buffer has.
 */
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
export const TANH: i32 = 12;
export const SIGMOID: i32 = 13;
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
  if (op == RECIPROCAL) return f32x4.div(f32x4.splat(1.0), x);
  if (op == SIN) return sin(x);
  if (op == COS) return cos(x);
  if (op == TANH) return tanh(x);
  if (op == SIGMOID) return sigmoid(x);
  if (op == RELU) return f32x4.max(x, f32x4.splat(0.0));
  if (op == SOFTPLUS) return softplus(x);
  if (op == ERF) return erf(x);
  if (op == FLOOR) return f32x4.floor(x);
  const finite = f32x4.lt(f32x4.abs(x), f32x4.splat(Infinity));
  return v128.and(finite, f32x4.splat(1.0));
}

/** ±1, 0 at ±0, NaN at NaN. */
// @ts-ignore: decorator
@inline function sign(x: v128): v128 {
  const zero = f32x4.splat(0.0);
  const one = f32x4.splat(1.0);
  const signed = v128.bitselect(x, one, i32x4.splat(0x80000000));
  return v128.bitselect(f32x4.add(x, zero), signed, v128.not(f32x4.gt(f32x4.abs(x), zero)));
}

// @ts-ignore: decorator
@inline function loop(op: i32, x: usize, y: usize, length: i32): void {
  const end = y + (<usize>length << 2);
  // Two at a time: the constants of a function are then loaded half as often.
  const pairsEnd = y + ((<usize>length << 2) & ~31);
  while (y < pairsEnd) {
    const first = apply(op, v128.load(x));
    const second = apply(op, v128.load(x, 16));
    v128.store(y, first);
    v128.store(y, second, 16);
    x += 32;
    y += 32;
  }
  while (y < end) {
    v128.store(y, apply(op, v128.load(x)));
    x += 16;
    y += 16;
  }
}

export function unaryFloat(op: i32, x: usize, y: usize, length: i32): void {
  switch (op) {
    case NEG: return loop(NEG, x, y, length);
    case EXP: return loop(EXP, x, y, length);
    case EXPM1: return loop(EXPM1, x, y, length);
    case LOG: return loop(LOG, x, y, length);
    case LOG1P: return loop(LOG1P, x, y, length);
    case SQRT: return loop(SQRT, x, y, length);
    case ABS: return loop(ABS, x, y, length);
    case SIGN: return loop(SIGN, x, y, length);
    case SQUARE: return loop(SQUARE, x, y, length);
    case RECIPROCAL: return loop(RECIPROCAL, x, y, length);
    case SIN: return loop(SIN, x, y, length);
    case COS: return loop(COS, x, y, length);
    case TANH: return loop(TANH, x, y, length);
    case SIGMOID: return loop(SIGMOID, x, y, length);
    case RELU: return loop(RELU, x, y, length);
    case SOFTPLUS: return loop(SOFTPLUS, x, y, length);
    case ERF: return loop(ERF, x, y, length);
    case FLOOR: return loop(FLOOR, x, y, length);
    default: return loop(IS_FINITE, x, y, length);
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
