/**
 * z = f(x, y) and comparisons. The codes are the positions of `binaryOps` and `compareOps` in `kernel.ts`.
 *
 * Three ways in, from fast to general: `binaryContiguous` (both dense, or one of them one number),
 * `binaryRows` (wide rows against a row or a column), `binaryTiled` (any strides: what is not dense is gathered
 * tile by tile). All loops take whole vectors and may write three elements past the end (see `unary.ts`).
 */
import { constant, ONE } from "./math/constants";
import { integerPower, pow } from "./math/power";
import { tileAddress } from "./scratch";
import { tileOf } from "./tile";

const ADD: i32 = 0;
const SUB: i32 = 1;
const MUL: i32 = 2;
const DIV: i32 = 3;
const POW: i32 = 4;
const MAXIMUM: i32 = 5;
const MINIMUM: i32 = 6;
const TANH_GRADIENT: i32 = 7;
const SIGMOID_GRADIENT: i32 = 8;
const RELU_GRADIENT: i32 = 9;
/** Comparisons follow the binary operations. */
const EQUAL: i32 = 10;
const NOT_EQUAL: i32 = 11;
const LESS: i32 = 12;
const LESS_EQUAL: i32 = 13;
const GREATER: i32 = 14;
const GREATER_EQUAL: i32 = 15;

/** Which operands are one number that stands for all. */
const VECTORS: i32 = 0;
const LEFT_SCALAR: i32 = 1;
const RIGHT_SCALAR: i32 = 2;

// @ts-ignore: decorator
@inline function applyFloat(op: i32, x: v128, y: v128, one: v128): v128 {
  if (op == ADD) return f32x4.add(x, y);
  if (op == SUB) return f32x4.sub(x, y);
  if (op == MUL) return f32x4.mul(x, y);
  if (op == DIV) return f32x4.div(x, y);
  if (op == POW) return pow(x, y);
  if (op == MAXIMUM) return f32x4.max(x, y);
  if (op == MINIMUM) return f32x4.min(x, y);
  // (1 − y)(1 + y), not 1 − y²: where |y| is near 1 the difference is then exact.
  if (op == TANH_GRADIENT) return f32x4.mul(x, f32x4.mul(f32x4.sub(one, y), f32x4.add(one, y)));
  if (op == SIGMOID_GRADIENT) return f32x4.mul(f32x4.mul(x, y), f32x4.sub(one, y));
  if (op == RELU_GRADIENT) return v128.and(x, f32x4.gt(y, f32x4.splat(0.0)));
  return v128.and(compareFloat(op, x, y), i32x4.splat(1));
}

// @ts-ignore: decorator
@inline function compareFloat(op: i32, x: v128, y: v128): v128 {
  if (op == EQUAL) return f32x4.eq(x, y);
  if (op == NOT_EQUAL) return f32x4.ne(x, y);
  if (op == LESS) return f32x4.lt(x, y);
  if (op == LESS_EQUAL) return f32x4.le(x, y);
  if (op == GREATER) return f32x4.gt(x, y);
  return f32x4.ge(x, y);
}

// @ts-ignore: decorator
@inline function applyInteger(op: i32, x: v128, y: v128): v128 {
  if (op == ADD) return i32x4.add(x, y);
  if (op == SUB) return i32x4.sub(x, y);
  if (op == MUL) return i32x4.mul(x, y);
  if (op == DIV) return eachLane(DIV, x, y);
  if (op == POW) return eachLane(POW, x, y);
  if (op == MAXIMUM) return i32x4.max_s(x, y);
  if (op == MINIMUM) return i32x4.min_s(x, y);
  if (op == RELU_GRADIENT) return v128.and(x, i32x4.gt_s(y, i32x4.splat(0)));
  return v128.and(compareInteger(op, x, y), i32x4.splat(1));
}

// @ts-ignore: decorator
@inline function compareInteger(op: i32, x: v128, y: v128): v128 {
  if (op == EQUAL) return i32x4.eq(x, y);
  if (op == NOT_EQUAL) return i32x4.ne(x, y);
  if (op == LESS) return i32x4.lt_s(x, y);
  if (op == LESS_EQUAL) return i32x4.le_s(x, y);
  if (op == GREATER) return i32x4.gt_s(x, y);
  return i32x4.ge_s(x, y);
}

function eachLane(op: i32, x: v128, y: v128): v128 {
  let z = i32x4.splat(scalarInteger(op, i32x4.extract_lane(x, 0), i32x4.extract_lane(y, 0)));
  z = i32x4.replace_lane(z, 1, scalarInteger(op, i32x4.extract_lane(x, 1), i32x4.extract_lane(y, 1)));
  z = i32x4.replace_lane(z, 2, scalarInteger(op, i32x4.extract_lane(x, 2), i32x4.extract_lane(y, 2)));
  return i32x4.replace_lane(z, 3, scalarInteger(op, i32x4.extract_lane(x, 3), i32x4.extract_lane(y, 3)));
}

/** The two operations that SIMD lacks. Division by 0 is 0; −x in place of x / −1, which traps at the lowest integer. */
function scalarInteger(op: i32, x: i32, y: i32): i32 {
  if (op == POW) return integerPower(x, y);
  if (y == 0) return 0;
  return y == -1 ? -x : x / y;
}

// @ts-ignore: decorator
@inline function apply(integer: bool, op: i32, x: v128, y: v128, one: v128): v128 {
  return integer ? applyInteger(op, x, y) : applyFloat(op, x, y, one);
}

/** The vector at a constant `offset`. */
// @ts-ignore: decorator
@inline function at(
  integer: bool, op: i32, scalars: i32, left: v128, right: v128, one: v128, x: usize, y: usize, offset: usize,
): v128 {
  const xs = scalars == LEFT_SCALAR ? left : v128.load(x + offset);
  const ys = scalars == RIGHT_SCALAR ? right : v128.load(y + offset);
  return apply(integer, op, xs, ys, one);
}

// @ts-ignore: decorator
@inline function loop(integer: bool, op: i32, scalars: i32, x: usize, y: usize, z: usize, length: i32): void {
  const left = v128.load32_splat(x);
  const right = v128.load32_splat(y);
  const one = constant(ONE);
  const end = z + (<usize>length << 2);
  // Not for integers: division and powers are calls, and an engine that joins vectors stumbles over two of them side by side.
  if (!integer) {
    const unrolledEnd = z + ((<usize>length << 2) & ~63);
    while (z < unrolledEnd) {
      const first = at(integer, op, scalars, left, right, one, x, y, 0);
      const second = at(integer, op, scalars, left, right, one, x, y, 16);
      const third = at(integer, op, scalars, left, right, one, x, y, 32);
      const fourth = at(integer, op, scalars, left, right, one, x, y, 48);
      v128.store(z, first);
      v128.store(z, second, 16);
      v128.store(z, third, 32);
      v128.store(z, fourth, 48);
      x += 64;
      y += 64;
      z += 64;
    }
  }
  while (z < end) {
    v128.store(z, at(integer, op, scalars, left, right, one, x, y, 0));
    x += 16;
    y += 16;
    z += 16;
  }
}

// @ts-ignore: decorator
@inline function dispatch(integer: bool, scalars: i32, op: i32, x: usize, y: usize, z: usize, length: i32): void {
  switch (op) {
    case ADD: return loop(integer, ADD, scalars, x, y, z, length);
    case SUB: return loop(integer, SUB, scalars, x, y, z, length);
    case MUL: return loop(integer, MUL, scalars, x, y, z, length);
    case DIV: return loop(integer, DIV, scalars, x, y, z, length);
    case POW: return loop(integer, POW, scalars, x, y, z, length);
    case MAXIMUM: return loop(integer, MAXIMUM, scalars, x, y, z, length);
    case MINIMUM: return loop(integer, MINIMUM, scalars, x, y, z, length);
    case TANH_GRADIENT: return loop(false, TANH_GRADIENT, scalars, x, y, z, length);
    case SIGMOID_GRADIENT: return loop(false, SIGMOID_GRADIENT, scalars, x, y, z, length);
    case RELU_GRADIENT: return loop(integer, RELU_GRADIENT, scalars, x, y, z, length);
    case EQUAL: return loop(integer, EQUAL, scalars, x, y, z, length);
    case NOT_EQUAL: return loop(integer, NOT_EQUAL, scalars, x, y, z, length);
    case LESS: return loop(integer, LESS, scalars, x, y, z, length);
    case LESS_EQUAL: return loop(integer, LESS_EQUAL, scalars, x, y, z, length);
    case GREATER: return loop(integer, GREATER, scalars, x, y, z, length);
    default: return loop(integer, GREATER_EQUAL, scalars, x, y, z, length);
  }
}

function vectorsFloat(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(false, VECTORS, op, x, y, z, length);
}

function leftScalarFloat(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(false, LEFT_SCALAR, op, x, y, z, length);
}

function rightScalarFloat(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(false, RIGHT_SCALAR, op, x, y, z, length);
}

function vectorsInteger(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(true, VECTORS, op, x, y, z, length);
}

function leftScalarInteger(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(true, LEFT_SCALAR, op, x, y, z, length);
}

function rightScalarInteger(op: i32, x: usize, y: usize, z: usize, length: i32): void {
  dispatch(true, RIGHT_SCALAR, op, x, y, z, length);
}

/** Both operands dense, or one of them one number (`scalars`). */
export function binaryContiguous(integer: bool, op: i32, scalars: i32, x: usize, y: usize, z: usize, length: i32): void {
  if (integer) {
    if (scalars == VECTORS) vectorsInteger(op, x, y, z, length);
    else if (scalars == LEFT_SCALAR) leftScalarInteger(op, x, y, z, length);
    else rightScalarInteger(op, x, y, z, length);
  } else {
    if (scalars == VECTORS) vectorsFloat(op, x, y, z, length);
    else if (scalars == LEFT_SCALAR) leftScalarFloat(op, x, y, z, length);
    else rightScalarFloat(op, x, y, z, length);
  }
}

/** As `binaryContiguous`, one number being an argument. */
export function binaryScalarFloat(op: i32, scalars: i32, x: usize, value: f32, z: usize, length: i32): void {
  const tile = tileAddress(0);
  store<f32>(tile, value);
  if (scalars == LEFT_SCALAR) leftScalarFloat(op, tile, x, z, length);
  else rightScalarFloat(op, x, tile, z, length);
}

export function binaryScalarInteger(op: i32, scalars: i32, x: usize, value: i32, z: usize, length: i32): void {
  const tile = tileAddress(0);
  store<i32>(tile, value);
  if (scalars == LEFT_SCALAR) leftScalarInteger(op, tile, x, z, length);
  else rightScalarInteger(op, x, tile, z, length);
}

/** `rows` rows of `columns`; an operand moves on by `xRow` elements from row to row, and is one number in it if `scalars` says so. */
export function binaryRows(
  integer: bool, op: i32, scalars: i32, x: usize, xRow: i32, y: usize, yRow: i32, z: usize, rows: i32, columns: i32,
): void {
  for (let row = 0; row < rows; row++) {
    binaryContiguous(integer, op, scalars, x, y, z, columns);
    x += <usize>xRow << 2;
    y += <usize>yRow << 2;
    z += <usize>columns << 2;
  }
}

/** Any strides: sizes and strides are in the scratch layout; `tile` elements at a time. */
export function binaryTiled(
  integer: bool, op: i32, x: usize, xKind: i32, xPeriod: i32, y: usize, yKind: i32, yPeriod: i32, z: usize,
  rank: i32, length: i32, tile: i32,
): void {
  for (let start = 0; start < length; start += tile) {
    const count = min(tile, length - start);
    const xs = tileOf(0, xKind, x, xPeriod, rank, start, count);
    const ys = tileOf(1, yKind, y, yPeriod, rank, start, count);
    binaryContiguous(integer, op, VECTORS, xs, ys, z + (<usize>start << 2), count);
  }
}
