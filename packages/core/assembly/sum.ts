/**
 * Sums of float32 along the middle axis of [outer, axis, inner]: eight elements pairwise in float32, the eights in
 * double. The error is that of three float32 additions, whatever the length.
 *
 * A line's sum depends on axis and inner alone, never on how many lines there are.
 */
import { highDoubles, laneMask, lineOffset, loadLanes, lowDoubles, toFloats } from "./lanes";

/** `row` as in `reduce.ts`. */
export function sumFloat(x: usize, y: usize, outer: i32, axis: i32, inner: i32, row: i32): void {
  if (row > 1) return sumColumns(x, y, outer, axis, inner, row);
  if (axis < 16) return sumLanes(x, y, outer, axis);
  for (let o = 0; o < outer; o++) {
    store<f32>(y, sumRow(x, axis));
    x += <usize>axis << 2;
    y += 4;
  }
}

/** The sum of squares, each rounded to float32: what `square` and `sumFloat` give together. */
export function sumOfSquares(x: usize, y: usize, length: i32): void {
  if (length >= 16) {
    store<f32>(y, sumSquareRow(x, length));
    return;
  }
  let total: f64 = 0.0;
  for (let i = 0; i < length; i++, x += 4) {
    const value = load<f32>(x);
    total += <f64>(value * value);
  }
  store<f32>(y, <f32>total);
}

function sumRow(x: usize, length: i32): f32 {
  return sumLine(false, x, length);
}

function sumSquareRow(x: usize, length: i32): f32 {
  return sumLine(true, x, length);
}

/** Along contiguous memory; of the squares, if `squared`. */
// @ts-ignore: decorator
@inline function sumLine(squared: bool, x: usize, length: i32): f32 {
  let low = f64x2.splat(0.0);
  let high = low;
  for (; length >= 32; length -= 32) {
    const block = sumEight(squared, x, 16);
    low = f64x2.add(low, lowDoubles(block));
    high = f64x2.add(high, highDoubles(block));
    x += 128;
  }
  for (; length > 0; length -= 4) {
    const rest = v128.and(loadTerm(squared, x), laneMask(length));
    low = f64x2.add(low, lowDoubles(rest));
    high = f64x2.add(high, highDoubles(rest));
    x += 16;
  }
  const total = f64x2.add(low, high);
  return <f32>(f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
}

/** Four terms of a sum. */
// @ts-ignore: decorator
@inline function loadTerm(squared: bool, x: usize): v128 {
  const value = v128.load(x);
  return squared ? f32x4.mul(value, value) : value;
}

/** The pairwise sum of eight vectors, `stride` bytes apart. */
// @ts-ignore: decorator
@inline function sumEight(squared: bool, x: usize, stride: usize): v128 {
  const pair0 = f32x4.add(loadTerm(squared, x), loadTerm(squared, x + stride));
  x += stride * 2;
  const pair1 = f32x4.add(loadTerm(squared, x), loadTerm(squared, x + stride));
  x += stride * 2;
  const pair2 = f32x4.add(loadTerm(squared, x), loadTerm(squared, x + stride));
  x += stride * 2;
  const pair3 = f32x4.add(loadTerm(squared, x), loadTerm(squared, x + stride));
  return f32x4.add(f32x4.add(pair0, pair1), f32x4.add(pair2, pair3));
}

/** Down the columns of [axis, inner], 16 at a time (a cache line), then 4. */
function sumColumns(x: usize, y: usize, outer: i32, axis: i32, inner: i32, row: i32): void {
  const stride = <usize>row << 2;
  for (let o = 0; o < outer; o++) {
    let i = 0;
    for (; i + 16 <= inner; i += 16) sumSixteenColumns(x + (<usize>i << 2), y + (<usize>i << 2), axis, stride);
    for (; i < inner; i += 4) sumFourColumns(x + (<usize>i << 2), y + (<usize>i << 2), axis, stride);
    x += stride * <usize>axis;
    y += stride;
  }
}

function sumFourColumns(x: usize, y: usize, axis: i32, stride: usize): void {
  let low = f64x2.splat(0.0);
  let high = low;
  for (; axis >= 8; axis -= 8) {
    const block = sumEight(false, x, stride);
    low = f64x2.add(low, lowDoubles(block));
    high = f64x2.add(high, highDoubles(block));
    x += stride << 3;
  }
  for (; axis > 0; axis--) {
    const row = v128.load(x);
    low = f64x2.add(low, lowDoubles(row));
    high = f64x2.add(high, highDoubles(row));
    x += stride;
  }
  v128.store(y, toFloats(low, high));
}

function sumSixteenColumns(x: usize, y: usize, axis: i32, stride: usize): void {
  let low0 = f64x2.splat(0.0);
  let high0 = low0, low1 = low0, high1 = low0, low2 = low0, high2 = low0, low3 = low0, high3 = low0;
  for (; axis >= 8; axis -= 8) {
    let block = sumEight(false, x, stride);
    low0 = f64x2.add(low0, lowDoubles(block));
    high0 = f64x2.add(high0, highDoubles(block));
    block = sumEight(false, x + 16, stride);
    low1 = f64x2.add(low1, lowDoubles(block));
    high1 = f64x2.add(high1, highDoubles(block));
    block = sumEight(false, x + 32, stride);
    low2 = f64x2.add(low2, lowDoubles(block));
    high2 = f64x2.add(high2, highDoubles(block));
    block = sumEight(false, x + 48, stride);
    low3 = f64x2.add(low3, lowDoubles(block));
    high3 = f64x2.add(high3, highDoubles(block));
    x += stride << 3;
  }
  for (; axis > 0; axis--) {
    low0 = f64x2.add(low0, lowDoubles(v128.load(x)));
    high0 = f64x2.add(high0, highDoubles(v128.load(x)));
    low1 = f64x2.add(low1, lowDoubles(v128.load(x, 16)));
    high1 = f64x2.add(high1, highDoubles(v128.load(x, 16)));
    low2 = f64x2.add(low2, lowDoubles(v128.load(x, 32)));
    high2 = f64x2.add(high2, highDoubles(v128.load(x, 32)));
    low3 = f64x2.add(low3, lowDoubles(v128.load(x, 48)));
    high3 = f64x2.add(high3, highDoubles(v128.load(x, 48)));
    x += stride;
  }
  v128.store(y, toFloats(low0, high0));
  v128.store(y, toFloats(low1, high1), 16);
  v128.store(y, toFloats(low2, high2), 32);
  v128.store(y, toFloats(low3, high3), 48);
}

/** Short rows, four at a time. */
function sumLanes(x: usize, y: usize, rows: i32, axis: i32): void {
  for (let row = 0; row < rows; row += 4) {
    const p0 = x + lineOffset(row, rows, axis, 1);
    const p1 = x + lineOffset(row + 1, rows, axis, 1);
    const p2 = x + lineOffset(row + 2, rows, axis, 1);
    const p3 = x + lineOffset(row + 3, rows, axis, 1);
    let low = f64x2.splat(0.0);
    let high = low;
    const end = <usize>axis << 2;
    for (let a: usize = 0; a < end; a += 4) {
      const column = loadLanes(p0 + a, p1 + a, p2 + a, p3 + a);
      low = f64x2.add(low, lowDoubles(column));
      high = f64x2.add(high, highDoubles(column));
    }
    v128.store(y, toFloats(low, high));
    y += 16;
  }
}
