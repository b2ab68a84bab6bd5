/**
 * The softmax family along the middle axis of [outer, axis, inner], shifted by the maximum; sums in double.
 * Long rows go vector by vector; short axes, and inner > 1, four lines side by side.
 */
import { highDoubles, laneMask, lineOffset, loadLanes, lowDoubles, storeLanes, toFloats } from "./lanes";
import { exp } from "./math/exponential";
import { log } from "./math/logarithm";
import { tileAddress } from "./scratch";
import { interleaveHigh, interleaveLow } from "./transpose";
import { unaryFloat } from "./unary";

const SOFTMAX: i32 = 0;
const LOG_SOFTMAX: i32 = 1;
const LOGSUMEXP: i32 = 2;

/** Codes of `unary.ts`. */
const EXP: i32 = 1;
const LOG: i32 = 3;

/** Rows of two in a block. */
const PAIRS: i32 = 512;

export function softmaxFloat(op: i32, x: usize, y: usize, outer: i32, axis: i32, inner: i32): void {
  if (inner == 1 && axis >= 16) {
    const bytes = <usize>axis << 2;
    for (let o = 0; o < outer; o++) {
      softmaxRow(op, x, y, axis);
      x += bytes;
      y += op == LOGSUMEXP ? 4 : bytes;
    }
  } else {
    const lines = outer * inner;
    let line = 0;
    if (axis == 2 && inner == 1) {
      line = lines & ~3;
      if (op == SOFTMAX) softmaxOfPairs(x, y, line);
      else if (op == LOG_SOFTMAX) logSoftmaxOfPairs(x, y, line);
      else logSumExpOfPairs(x, y, line);
    }
    for (; line < lines; line += 4) softmaxLanes(op, x, y, line, lines, axis, inner);
  }
}

/** The maximum itself where it is infinite: +∞ is absorbing, and a line of −∞ has the logarithm of 0. */
// @ts-ignore: decorator
@inline function logSumExp(maximum: v128, sum: v128): v128 {
  const infinite = f32x4.eq(f32x4.abs(maximum), f32x4.splat(Infinity));
  return v128.bitselect(maximum, f32x4.add(maximum, log(sum)), infinite);
}

function softmaxRow(op: i32, x: usize, y: usize, axis: i32): void {
  const end = x + (<usize>(axis & ~3) << 2);
  const rest = laneMask(axis & 3);
  const lowest = f32x4.splat(-Infinity);

  let maximum = v128.bitselect(v128.load(end), lowest, rest);
  for (let p = x; p < end; p += 16) maximum = f32x4.max(maximum, v128.load(p));
  maximum = f32x4.max(maximum, v128.shuffle<i64>(maximum, maximum, 1, 0));
  maximum = f32x4.max(maximum, v128.shuffle<i32>(maximum, maximum, 1, 0, 3, 2));

  let low = f64x2.splat(0.0);
  let high = low;
  let q = y;
  for (let p = x; p < end; p += 16, q += 16) {
    const e = exp(f32x4.sub(v128.load(p), maximum));
    if (op == SOFTMAX) v128.store(q, e);
    low = f64x2.add(low, lowDoubles(e));
    high = f64x2.add(high, highDoubles(e));
  }
  if (axis & 3) {
    const e = v128.and(exp(f32x4.sub(v128.load(end), maximum)), rest);
    if (op == SOFTMAX) v128.store(q, e);
    low = f64x2.add(low, lowDoubles(e));
    high = f64x2.add(high, highDoubles(e));
  }
  const total = f64x2.add(low, high);
  const sum = f32x4.splat(<f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1)));

  if (op == LOGSUMEXP) {
    store<f32>(y, f32x4.extract_lane(logSumExp(maximum, sum), 0));
    return;
  }
  const yEnd = y + (<usize>axis << 2);
  if (op == SOFTMAX) {
    for (; y < yEnd; y += 16) v128.store(y, f32x4.div(v128.load(y), sum));
  } else {
    const logSum = log(sum);
    for (; y < yEnd; y += 16, x += 16) v128.store(y, f32x4.sub(f32x4.sub(v128.load(x), maximum), logSum));
  }
}

function softmaxOfPairs(x: usize, y: usize, lines: i32): void {
  pairs(SOFTMAX, x, y, lines);
}

function logSoftmaxOfPairs(x: usize, y: usize, lines: i32): void {
  pairs(LOG_SOFTMAX, x, y, lines);
}

function logSumExpOfPairs(x: usize, y: usize, lines: i32): void {
  pairs(LOGSUMEXP, x, y, lines);
}

/**
 * `softmaxLanes` for rows of two, a block of them at a time: the exponentials of all, then their sums, then the logarithms of all,
 * so that each function has the registers to itself. `lines` is a multiple of 4.
 */
// @ts-ignore: decorator
@inline function pairs(op: i32, x: usize, y: usize, lines: i32): void {
  const shifted = tileAddress(0);
  const exponentials = tileAddress(1);
  const maxima = tileAddress(2);
  const sums = tileAddress(3);
  for (; lines > 0; lines -= PAIRS) {
    const count = min(lines, PAIRS);
    const end = <usize>count << 2;
    for (let i: usize = 0; i < end; i += 16, x += 32) {
      const v0 = v128.load(x);
      const v1 = v128.load(x, 16);
      const first = v128.shuffle<f32>(v0, v1, 0, 2, 4, 6);
      const second = v128.shuffle<f32>(v0, v1, 1, 3, 5, 7);
      const maximum = f32x4.max(first, second);
      v128.store(shifted + i, f32x4.sub(first, maximum));
      v128.store(shifted + end + i, f32x4.sub(second, maximum));
      if (op == LOGSUMEXP) v128.store(maxima + i, maximum);
    }
    unaryFloat(EXP, shifted, exponentials, 2 * count);
    for (let i: usize = 0; i < end; i += 16) {
      const e0 = v128.load(exponentials + i);
      const e1 = v128.load(exponentials + end + i);
      const low = f64x2.add(lowDoubles(e0), lowDoubles(e1));
      v128.store(sums + i, toFloats(low, f64x2.add(highDoubles(e0), highDoubles(e1))));
    }
    if (op == LOGSUMEXP) {
      for (let i: usize = 0; i < end; i += 16, y += 16) {
        v128.store(y, logSumExp(v128.load(maxima + i), v128.load(sums + i)));
      }
      continue;
    }
    if (op == LOG_SOFTMAX) unaryFloat(LOG, sums, sums, count);
    const values = op == SOFTMAX ? exponentials : shifted;
    for (let i: usize = 0; i < end; i += 16, y += 32) {
      const sum = v128.load(sums + i);
      const y0 = op == SOFTMAX ? f32x4.div(v128.load(values + i), sum) : f32x4.sub(v128.load(values + i), sum);
      const v1 = v128.load(values + end + i);
      const y1 = op == SOFTMAX ? f32x4.div(v1, sum) : f32x4.sub(v1, sum);
      v128.store(y, interleaveLow(y0, y1));
      v128.store(y, interleaveHigh(y0, y1), 16);
    }
  }
}

function softmaxLanes(op: i32, x: usize, y: usize, line: i32, lines: i32, axis: i32, inner: i32): void {
  const o0 = lineOffset(line, lines, axis, inner);
  const o1 = lineOffset(line + 1, lines, axis, inner);
  const o2 = lineOffset(line + 2, lines, axis, inner);
  const o3 = lineOffset(line + 3, lines, axis, inner);
  const step = <usize>inner << 2;
  const end = step * <usize>axis;

  let maximum = f32x4.splat(-Infinity);
  for (let a: usize = 0; a < end; a += step) {
    maximum = f32x4.max(maximum, loadLanes(x + o0 + a, x + o1 + a, x + o2 + a, x + o3 + a));
  }
  let low = f64x2.splat(0.0);
  let high = low;
  for (let a: usize = 0; a < end; a += step) {
    const e = exp(f32x4.sub(loadLanes(x + o0 + a, x + o1 + a, x + o2 + a, x + o3 + a), maximum));
    if (op == SOFTMAX) storeLanes(y + o0 + a, y + o1 + a, y + o2 + a, y + o3 + a, e);
    low = f64x2.add(low, lowDoubles(e));
    high = f64x2.add(high, highDoubles(e));
  }
  const sum = toFloats(low, high);

  if (op == LOGSUMEXP) {
    v128.store(y + (<usize>line << 2), logSumExp(maximum, sum));
  } else if (op == SOFTMAX) {
    for (let a: usize = 0; a < end; a += step) {
      const e = loadLanes(y + o0 + a, y + o1 + a, y + o2 + a, y + o3 + a);
      storeLanes(y + o0 + a, y + o1 + a, y + o2 + a, y + o3 + a, f32x4.div(e, sum));
    }
  } else {
    const logSum = log(sum);
    for (let a: usize = 0; a < end; a += step) {
      const value = loadLanes(x + o0 + a, x + o1 + a, x + o2 + a, x + o3 + a);
      const result = f32x4.sub(f32x4.sub(value, maximum), logSum);
      storeLanes(y + o0 + a, y + o1 + a, y + o2 + a, y + o3 + a, result);
    }
  }
}
