/**
 * Reductions along the middle axis of [outer, axis, inner]. The codes are the positions of `reduceOps` in
 * `kernel.ts`. Stores take whole vectors: past a row's end they hit the next row, written later, or the slack.
 */
import { laneMask, lineOffset, loadLanes } from "./lanes";
import { sumFloat } from "./sum";

const SUM: i32 = 0;
const PROD: i32 = 1;
const MAX: i32 = 2;
const MIN: i32 = 3;
const ARGMAX: i32 = 4;

/**
 * `row`: elements from one element of an axis to the next, `inner` but for a thread's share of the columns (then `outer` is 1,
 * and `op` is no product and no index).
 */
export function reduceFloat(op: i32, x: usize, y: usize, outer: i32, axis: i32, inner: i32, row: i32): void {
  switch (op) {
    case SUM: return sumFloat(x, y, outer, axis, inner, row);
    case PROD: return prodFloat(x, y, outer, axis, inner);
    case MAX: return reduce(false, MAX, x, y, outer, axis, inner, row);
    case MIN: return reduce(false, MIN, x, y, outer, axis, inner, row);
    case ARGMAX: return argBest(false, true, x, y, outer, axis, inner);
    default: return argBest(false, false, x, y, outer, axis, inner);
  }
}

export function reduceInteger(op: i32, x: usize, y: usize, outer: i32, axis: i32, inner: i32, row: i32): void {
  switch (op) {
    case SUM: return reduce(true, SUM, x, y, outer, axis, inner, row);
    case PROD: return reduce(true, PROD, x, y, outer, axis, inner, row);
    case MAX: return reduce(true, MAX, x, y, outer, axis, inner, row);
    case MIN: return reduce(true, MIN, x, y, outer, axis, inner, row);
    case ARGMAX: return argBest(true, true, x, y, outer, axis, inner);
    default: return argBest(true, false, x, y, outer, axis, inner);
  }
}

/** In double, so that neither the order nor a large intermediate product shows. */
function prodFloat(x: usize, y: usize, outer: i32, axis: i32, inner: i32): void {
  const lines = outer * inner;
  const step = <usize>inner << 2;
  for (let line = 0; line < lines; line++) {
    let pointer = x + lineOffset(line, lines, axis, inner);
    let product: f64 = 1.0;
    for (let a = 0; a < axis; a++, pointer += step) product *= <f64>load<f32>(pointer);
    store<f32>(y + (<usize>line << 2), <f32>product);
  }
}

// @ts-ignore: decorator
@inline function identity(integer: bool, op: i32): v128 {
  if (op == SUM) return i32x4.splat(0);
  if (op == PROD) return i32x4.splat(1);
  if (op == MAX) return integer ? i32x4.splat(i32.MIN_VALUE) : f32x4.splat(-Infinity);
  return integer ? i32x4.splat(i32.MAX_VALUE) : f32x4.splat(Infinity);
}

// @ts-ignore: decorator
@inline function combine(integer: bool, op: i32, x: v128, y: v128): v128 {
  if (op == SUM) return i32x4.add(x, y);
  if (op == PROD) return i32x4.mul(x, y);
  if (op == MAX) return integer ? i32x4.max_s(x, y) : f32x4.max(x, y);
  return integer ? i32x4.min_s(x, y) : f32x4.min(x, y);
}

// @ts-ignore: decorator
@inline function reduce(integer: bool, op: i32, x: usize, y: usize, outer: i32, axis: i32, inner: i32, row: i32): void {
  if (row > 1) {
    const stride = <usize>row << 2;
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i += 4) {
        let pointer = x + (<usize>i << 2);
        let best = identity(integer, op);
        for (let a = 0; a < axis; a++, pointer += stride) best = combine(integer, op, best, v128.load(pointer));
        v128.store(y + (<usize>i << 2), best);
      }
      x += stride * <usize>axis;
      y += stride;
    }
  } else if (axis < 16) {
    for (let row = 0; row < outer; row += 4) {
      const p0 = x + lineOffset(row, outer, axis, 1);
      const p1 = x + lineOffset(row + 1, outer, axis, 1);
      const p2 = x + lineOffset(row + 2, outer, axis, 1);
      const p3 = x + lineOffset(row + 3, outer, axis, 1);
      let best = identity(integer, op);
      const end = <usize>axis << 2;
      for (let a: usize = 0; a < end; a += 4) best = combine(integer, op, best, loadLanes(p0 + a, p1 + a, p2 + a, p3 + a));
      v128.store(y, best);
      y += 16;
    }
  } else {
    for (let o = 0; o < outer; o++) {
      const neutral = identity(integer, op);
      let best = neutral;
      let best1 = neutral, best2 = neutral, best3 = neutral;
      let left = axis;
      let pointer = x;
      for (; left >= 16; left -= 16, pointer += 64) {
        best = combine(integer, op, best, v128.load(pointer));
        best1 = combine(integer, op, best1, v128.load(pointer, 16));
        best2 = combine(integer, op, best2, v128.load(pointer, 32));
        best3 = combine(integer, op, best3, v128.load(pointer, 48));
      }
      best = combine(integer, op, combine(integer, op, best, best1), combine(integer, op, best2, best3));
      for (; left >= 4; left -= 4, pointer += 16) best = combine(integer, op, best, v128.load(pointer));
      if (left > 0) best = combine(integer, op, best, v128.bitselect(v128.load(pointer), neutral, laneMask(left)));
      best = combine(integer, op, best, v128.shuffle<i64>(best, best, 1, 0));
      best = combine(integer, op, best, v128.shuffle<i32>(best, best, 1, 0, 3, 2));
      store<i32>(y, i32x4.extract_lane(best, 0));
      x += <usize>axis << 2;
      y += 4;
    }
  }
}

/** Four lines at a time: the first NaN if there is one, else the first of the best. */
// @ts-ignore: decorator
@inline function argBest(integer: bool, greatest: bool, x: usize, y: usize, outer: i32, axis: i32, inner: i32): void {
  const lines = outer * inner;
  const step = <usize>inner << 2;
  for (let line = 0; line < lines; line += 4) {
    let p0 = x + lineOffset(line, lines, axis, inner);
    let p1 = x + lineOffset(line + 1, lines, axis, inner);
    let p2 = x + lineOffset(line + 2, lines, axis, inner);
    let p3 = x + lineOffset(line + 3, lines, axis, inner);
    let best = loadLanes(p0, p1, p2, p3);
    let index = i32x4.splat(0);
    for (let a = 1; a < axis; a++) {
      p0 += step;
      p1 += step;
      p2 += step;
      p3 += step;
      const value = loadLanes(p0, p1, p2, p3);
      let better: v128;
      if (integer) {
        better = greatest ? i32x4.gt_s(value, best) : i32x4.lt_s(value, best);
      } else {
        better = greatest ? f32x4.gt(value, best) : f32x4.lt(value, best);
        better = v128.or(better, v128.andnot(f32x4.ne(value, value), f32x4.ne(best, best)));
      }
      best = v128.bitselect(value, best, better);
      index = v128.bitselect(i32x4.splat(a), index, better);
    }
    v128.store(y + (<usize>line << 2), index);
  }
}
