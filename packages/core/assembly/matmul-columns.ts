/**
 * Products with one to four columns, as the last layer of a small network: the rows lie in the lanes, where the blocks of `matmul.ts`
 * would leave most lanes empty. The order of summation is theirs.
 */
import { loadLanes, storeLanes } from "./lanes";
import { finishVector, storeColumns } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";
import { PANEL_DEPTH } from "./scratch";
import { highHalves, interleaveHigh, interleaveLow, lowHalves } from "./transpose";

/**
 * Aᵀ · B + bias for a B of one to four columns: eight of A's columns lie in the lanes, so that C comes out transposed and is
 * turned as it is stored. A is stored [k, m], B [k, n].
 */
export function fewColumns(
  a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  m: i32, n: i32, k: i32, relu: bool,
): void {
  let k0 = 0;
  do {
    const depth = min(k - k0, PANEL_DEPTH);
    const last = k0 + depth >= k;
    const x = a + aStride * <usize>k0;
    const y = b + bStride * <usize>k0;
    for (let row = 0; row < m; row += 8) {
      columnBlock(
        x + (<usize>row << 2), aStride, y, bStride, depth, c + cStride * <usize>row, cStride, min(m - row, 8), n,
        k0 > 0, last ? bias : 0, last && relu,
      );
    }
    k0 += PANEL_DEPTH;
  } while (k0 < k);
}

function columnBlock(
  a: usize, aStride: usize, b: usize, bStride: usize, depth: i32, c: usize, cStride: usize, rows: i32, columns: i32,
  accumulate: bool, bias: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  let low0 = zero, low1 = zero, low2 = zero, low3 = zero, high0 = zero, high1 = zero, high2 = zero, high3 = zero;
  for (; depth > 0; depth--, a += aStride, b += bStride) {
    const x0 = v128.load(a);
    const x1 = v128.load(a, 16);
    const y0 = v128.load32_splat(b);
    low0 = multiplyAdd(y0, x0, low0);
    high0 = multiplyAdd(y0, x1, high0);
    const y1 = v128.load32_splat(b, 4);
    low1 = multiplyAdd(y1, x0, low1);
    high1 = multiplyAdd(y1, x1, high1);
    const y2 = v128.load32_splat(b, 8);
    low2 = multiplyAdd(y2, x0, low2);
    high2 = multiplyAdd(y2, x1, high2);
    const y3 = v128.load32_splat(b, 12);
    low3 = multiplyAdd(y3, x0, low3);
    high3 = multiplyAdd(y3, x1, high3);
  }
  fourRows(c, cStride, low0, low1, low2, low3, rows, columns, accumulate, bias, relu);
  if (rows > 4) fourRows(c + (cStride << 2), cStride, high0, high1, high2, high3, rows - 4, columns, accumulate, bias, relu);
}

/** Stores the columns y0 … y3 as up to four rows. */
function fourRows(
  c: usize, cStride: usize, y0: v128, y1: v128, y2: v128, y3: v128, rows: i32, columns: i32,
  accumulate: bool, bias: usize, relu: bool,
): void {
  const low01 = interleaveLow(y0, y1);
  const low23 = interleaveLow(y2, y3);
  const high01 = interleaveHigh(y0, y1);
  const high23 = interleaveHigh(y2, y3);
  storeColumns(c, finishVector(lowHalves(low01, low23), c, accumulate, bias, relu), columns);
  if (rows < 2) return;
  c += cStride;
  storeColumns(c, finishVector(highHalves(low01, low23), c, accumulate, bias, relu), columns);
  if (rows < 3) return;
  c += cStride;
  storeColumns(c, finishVector(lowHalves(high01, high23), c, accumulate, bias, relu), columns);
  if (rows < 4) return;
  c += cStride;
  storeColumns(c, finishVector(highHalves(high01, high23), c, accumulate, bias, relu), columns);
}

/** How many of `rows` rows `rowsTimesColumns` takes; the rest is for others. */
export function lanesOf(rows: i32): i32 {
  return rows & ~3;
}

/**
 * A · Bᵀ + bias for a B of one or two rows, stored [n, k]: four rows of A lie in the lanes of a vector. `rows` is a
 * multiple of 4.
 */
export function rowsTimesColumns(
  a: usize, b: usize, bias: usize, c: usize, rows: i32, n: i32, k: i32,
  aStride: usize, bStride: usize, cStride: usize, relu: bool,
): void {
  if (n == 1) oneColumn(a, b, bias, c, rows, k, aStride, bStride, cStride, relu);
  else twoColumns(a, b, bias, c, rows, k, aStride, bStride, cStride, relu);
}

function oneColumn(
  a: usize, b: usize, bias: usize, c: usize, rows: i32, k: i32,
  aStride: usize, bStride: usize, cStride: usize, relu: bool,
): void {
  columnsOf(1, a, b, bias, c, rows, k, aStride, bStride, cStride, relu);
}

function twoColumns(
  a: usize, b: usize, bias: usize, c: usize, rows: i32, k: i32,
  aStride: usize, bStride: usize, cStride: usize, relu: bool,
): void {
  columnsOf(2, a, b, bias, c, rows, k, aStride, bStride, cStride, relu);
}

// @ts-ignore: decorator
@inline function columnsOf(
  n: i32, a: usize, b: usize, bias: usize, c: usize, rows: i32, k: i32,
  aStride: usize, bStride: usize, cStride: usize, relu: bool,
): void {
  for (; rows >= 8; rows -= 8) {
    laneBlock(8, n, a, b, bias, c, k, aStride, bStride, cStride, relu);
    a += aStride << 3;
    c += cStride << 3;
  }
  if (rows > 0) laneBlock(4, n, a, b, bias, c, k, aStride, bStride, cStride, relu);
}

/** 4 or 8 rows × 1 or 2 columns. */
// @ts-ignore: decorator
@inline function laneBlock(
  rows: i32, n: i32, a: usize, b: usize, bias: usize, c: usize, k: i32,
  aStride: usize, bStride: usize, cStride: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  let t00 = zero, t01 = zero, t10 = zero, t11 = zero;
  let k0 = 0;
  do {
    const depth = min(k - k0, PANEL_DEPTH);
    let s00 = zero, s01 = zero, s10 = zero, s11 = zero;
    let p = a + (<usize>k0 << 2);
    let q = b + (<usize>k0 << 2);
    let left = depth;
    for (; left >= 4; left -= 4, p += 16, q += 16) {
      const y0 = v128.load(q);
      const y1 = n > 1 ? v128.load(q + bStride) : zero;
      const r0 = v128.load(p);
      const r1 = v128.load(p + aStride);
      const r2 = v128.load(p + aStride * 2);
      const r3 = v128.load(p + aStride * 3);
      s00 = fourTerms(s00, r0, r1, r2, r3, y0);
      if (n > 1) s01 = fourTerms(s01, r0, r1, r2, r3, y1);
      if (rows > 4) {
        const r = p + (aStride << 2);
        const r4 = v128.load(r);
        const r5 = v128.load(r + aStride);
        const r6 = v128.load(r + aStride * 2);
        const r7 = v128.load(r + aStride * 3);
        s10 = fourTerms(s10, r4, r5, r6, r7, y0);
        if (n > 1) s11 = fourTerms(s11, r4, r5, r6, r7, y1);
      }
    }
    for (; left > 0; left--, p += 4, q += 4) {
      const x = loadLanes(p, p + aStride, p + aStride * 2, p + aStride * 3);
      s00 = multiplyAdd(x, v128.load32_splat(q), s00);
      if (n > 1) s01 = multiplyAdd(x, v128.load32_splat(q + bStride), s01);
      if (rows > 4) {
        const r = p + (aStride << 2);
        const y = loadLanes(r, r + aStride, r + aStride * 2, r + aStride * 3);
        s10 = multiplyAdd(y, v128.load32_splat(q), s10);
        if (n > 1) s11 = multiplyAdd(y, v128.load32_splat(q + bStride), s11);
      }
    }
    if (k0 > 0) {
      t00 = f32x4.add(t00, s00);
      t01 = f32x4.add(t01, s01);
      t10 = f32x4.add(t10, s10);
      t11 = f32x4.add(t11, s11);
    } else {
      t00 = s00;
      t01 = s01;
      t10 = s10;
      t11 = s11;
    }
    k0 += PANEL_DEPTH;
  } while (k0 < k);
  storeLaneRows(n, t00, t01, bias, c, cStride, relu);
  if (rows > 4) storeLaneRows(n, t10, t11, bias, c + (cStride << 2), cStride, relu);
}

/**
 * Four terms of the sums of four rows, which come to lie in the lanes. b is splatted by shuffles: the engine does all loads of
 * an iteration first, and more of them than there are registers would go to memory and back.
 */
// @ts-ignore: decorator
@inline function fourTerms(sum: v128, r0: v128, r1: v128, r2: v128, r3: v128, b: v128): v128 {
  const low01 = interleaveLow(r0, r1);
  const low23 = interleaveLow(r2, r3);
  const high01 = interleaveHigh(r0, r1);
  const high23 = interleaveHigh(r2, r3);
  sum = multiplyAdd(lowHalves(low01, low23), v128.shuffle<f32>(b, b, 0, 0, 0, 0), sum);
  sum = multiplyAdd(highHalves(low01, low23), v128.shuffle<f32>(b, b, 1, 1, 1, 1), sum);
  sum = multiplyAdd(lowHalves(high01, high23), v128.shuffle<f32>(b, b, 2, 2, 2, 2), sum);
  return multiplyAdd(highHalves(high01, high23), v128.shuffle<f32>(b, b, 3, 3, 3, 3), sum);
}

/** Lane i to row i. */
// @ts-ignore: decorator
@inline function storeLaneRows(n: i32, first: v128, second: v128, bias: usize, c: usize, cStride: usize, relu: bool): void {
  if (bias != 0) {
    first = f32x4.add(first, v128.load32_splat(bias));
    if (n > 1) second = f32x4.add(second, v128.load32_splat(bias, 4));
  }
  if (relu) {
    first = f32x4.max(first, f32x4.splat(0.0));
    if (n > 1) second = f32x4.max(second, f32x4.splat(0.0));
  }
  if (n == 1) {
    if (cStride == 4) v128.store(c, first);
    else storeLanes(c, c + cStride, c + cStride * 2, c + cStride * 3, first);
  } else {
    const low = interleaveLow(first, second);
    const high = interleaveHigh(first, second);
    v128.store64_lane(c, low, 0);
    v128.store64_lane(c + cStride, low, 1);
    v128.store64_lane(c + cStride * 2, high, 0);
    v128.store64_lane(c + cStride * 3, high, 1);
  }
}
