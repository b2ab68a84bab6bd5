/**
 * The narrow products of reinforcement learning, where the blocks of `matmul.ts` would wait for their own sums or spend
 * most of their time between blocks: an inner size of at most 4, one or two columns, one to three rows. The order of
 * summation is that of `matmul.ts`. Longer than other files: one unrolled block for each shape.
 */
import { interleaveHigh, interleaveLow, highHalves, lowHalves } from "./transpose";
import { loadLanes, storeLanes } from "./lanes";
import { finishVector, floorOf, NOTHING, rectified, storeColumns, zeroOf } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";
import { PANEL_DEPTH } from "./scratch";

/** The largest inner size of `shallowRows`. */
export const SHALLOW: i32 = 4;

/**
 * A · B + bias where k is `depth` (1 … SHALLOW): 8 or 16 columns of B stay in registers while the rows of A pass. `b` is
 * row by row, `bStride` bytes apart (`narrowStride` in a last panel of up to 4 columns, which is packed as 4), and goes on
 * with the next 8 columns `bStep` bytes on.
 */
export function shallowRows(
  depth: i32, n: i32, a: usize, aStride: usize, b: usize, bStride: usize, narrowStride: usize, bStep: usize,
  c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  let j = 0;
  if (depth <= 2) {
    for (; j + 16 <= n; j += 16, b += bStep * 2, c += 64) {
      const added: usize = bias == 0 ? 0 : bias + (<usize>j << 2);
      if (depth == 2) shallow2Wide(a, aStride, b, bStride, bStep, c, cStride, rows, added, relu);
      else shallow1Wide(a, aStride, b, bStride, bStep, c, cStride, rows, added, relu);
    }
  }
  for (; j < n; j += 8, b += bStep, c += 32) {
    const added: usize = bias == 0 ? 0 : bias + (<usize>j << 2);
    const columns = min(n - j, 8);
    const stride = columns > 4 ? bStride : narrowStride;
    if (depth == 4) shallow4(columns, a, aStride, b, stride, c, cStride, rows, added, relu);
    else if (depth == 3) shallow3(columns, a, aStride, b, stride, c, cStride, rows, added, relu);
    else if (depth == 2) shallow2(columns, a, aStride, b, stride, c, cStride, rows, added, relu);
    else shallow1(columns, a, aStride, b, stride, c, cStride, rows, added, relu);
  }
}

function shallow1(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(1, 2, columns, a, aStride, b, bStride, 0, c, cStride, rows, bias, relu);
}

function shallow2(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(2, 2, columns, a, aStride, b, bStride, 0, c, cStride, rows, bias, relu);
}

function shallow3(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(3, 2, columns, a, aStride, b, bStride, 0, c, cStride, rows, bias, relu);
}

function shallow4(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(4, 2, columns, a, aStride, b, bStride, 0, c, cStride, rows, bias, relu);
}

function shallow1Wide(
  a: usize, aStride: usize, b: usize, bStride: usize, bStep: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(1, 4, 16, a, aStride, b, bStride, bStep, c, cStride, rows, bias, relu);
}

function shallow2Wide(
  a: usize, aStride: usize, b: usize, bStride: usize, bStep: usize, c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  shallow(2, 4, 16, a, aStride, b, bStride, bStep, c, cStride, rows, bias, relu);
}

/** `vectors` (2, 4) of four columns. */
// @ts-ignore: decorator
@inline function shallow(
  depth: i32, vectors: i32, columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, bStep: usize,
  c: usize, cStride: usize, rows: i32, bias: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  const b00 = v128.load(b);
  const b01 = v128.load(b, 16);
  const b02 = vectors > 2 ? v128.load(b + bStep) : zero;
  const b03 = vectors > 2 ? v128.load(b + bStep, 16) : zero;
  b += bStride;
  const b10 = depth > 1 ? v128.load(b) : zero;
  const b11 = depth > 1 ? v128.load(b, 16) : zero;
  const b12 = depth > 1 && vectors > 2 ? v128.load(b + bStep) : zero;
  const b13 = depth > 1 && vectors > 2 ? v128.load(b + bStep, 16) : zero;
  b += bStride;
  const b20 = depth > 2 ? v128.load(b) : zero;
  const b21 = depth > 2 ? v128.load(b, 16) : zero;
  b += bStride;
  const b30 = depth > 3 ? v128.load(b) : zero;
  const b31 = depth > 3 ? v128.load(b, 16) : zero;
  const added = bias == 0 ? NOTHING : bias; // so a missing bias needs no branch
  const bias0 = v128.load(added);
  const bias1 = v128.load(added, 16);
  const bias2 = vectors > 2 ? v128.load(added, 32) : zero;
  const bias3 = vectors > 2 ? v128.load(added, 48) : zero;
  const floor = floorOf(relu);
  const nought = zeroOf(relu);
  for (; rows > 0; rows--, a += aStride, c += cStride) {
    const x0 = v128.load32_splat(a);
    let s0 = multiplyAdd(x0, b00, zero);
    let s1 = multiplyAdd(x0, b01, zero);
    let s2 = vectors > 2 ? multiplyAdd(x0, b02, zero) : zero;
    let s3 = vectors > 2 ? multiplyAdd(x0, b03, zero) : zero;
    if (depth > 1) {
      const x1 = v128.load32_splat(a, 4);
      s0 = multiplyAdd(x1, b10, s0);
      s1 = multiplyAdd(x1, b11, s1);
      if (vectors > 2) s2 = multiplyAdd(x1, b12, s2);
      if (vectors > 2) s3 = multiplyAdd(x1, b13, s3);
    }
    if (depth > 2) {
      const x2 = v128.load32_splat(a, 8);
      s0 = multiplyAdd(x2, b20, s0);
      s1 = multiplyAdd(x2, b21, s1);
    }
    if (depth > 3) {
      const x3 = v128.load32_splat(a, 12);
      s0 = multiplyAdd(x3, b30, s0);
      s1 = multiplyAdd(x3, b31, s1);
    }
    s0 = finish(s0, bias0, relu, floor, nought);
    s1 = finish(s1, bias1, relu, floor, nought);
    if (vectors > 2) {
      s2 = finish(s2, bias2, relu, floor, nought);
      s3 = finish(s3, bias3, relu, floor, nought);
      v128.store(c, s0);
      v128.store(c, s1, 16);
      v128.store(c, s2, 32);
      v128.store(c, s3, 48);
    } else if (columns == 8) {
      v128.store(c, s0);
      v128.store(c, s1, 16);
    } else if (columns > 4) {
      v128.store(c, s0);
      storeColumns(c + 16, s1, columns - 4);
    } else {
      storeColumns(c, s0, columns);
    }
  }
}

// @ts-ignore: decorator
@inline function finish(sum: v128, bias: v128, relu: bool, floor: v128, zero: v128): v128 {
  sum = f32x4.add(sum, bias);
  if (WIDE) return rectified(sum, floor, zero);
  return relu ? f32x4.max(sum, f32x4.splat(0.0)) : sum;
}

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

/** op(A) · B + bias for one to three rows of C: up to 32 columns at a time, B [k, n] as it lies. */
export function fewRows(
  transposeA: bool, a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  m: i32, n: i32, k: i32, relu: bool,
): void {
  const rowStep: usize = transposeA ? 4 : aStride;
  const kStep: usize = transposeA ? aStride : 4;
  if (m >= 2) {
    twoRows(a, rowStep, kStep, b, bStride, bias, c, cStride, n, k, relu);
    a += rowStep << 1;
    c += cStride << 1;
  }
  if (m & 1) oneRow(a, rowStep, kStep, b, bStride, bias, c, cStride, n, k, relu);
}

function twoRows(
  a: usize, rowStep: usize, kStep: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  n: i32, k: i32, relu: bool,
): void {
  columnRuns(2, a, rowStep, kStep, b, bStride, bias, c, cStride, n, k, relu);
}

function oneRow(
  a: usize, rowStep: usize, kStep: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  n: i32, k: i32, relu: bool,
): void {
  columnRuns(1, a, rowStep, kStep, b, bStride, bias, c, cStride, n, k, relu);
}

// @ts-ignore: decorator
@inline function columnRuns(
  rows: i32, a: usize, rowStep: usize, kStep: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  n: i32, k: i32, relu: bool,
): void {
  const vectors = rows == 2 ? 4 : 8;
  let k0 = 0;
  do {
    const depth = min(k - k0, PANEL_DEPTH);
    const last = k0 + depth >= k;
    const x = a + kStep * <usize>k0;
    const y = b + bStride * <usize>k0;
    let j = 0;
    for (; j + vectors * 4 <= n; j += vectors * 4) {
      const offset = <usize>j << 2;
      const added = last && bias != 0 ? bias + offset : 0;
      rowBlock(rows, vectors, 4, x, rowStep, kStep, y + offset, bStride, depth, c + offset, cStride, k0 > 0, added, last && relu);
    }
    for (; j < n; j += 4) {
      const offset = <usize>j << 2;
      const added = last && bias != 0 ? bias + offset : 0;
      rowBlock(rows, 1, min(n - j, 4), x, rowStep, kStep, y + offset, bStride, depth, c + offset, cStride, k0 > 0, added, last && relu);
    }
    k0 += PANEL_DEPTH;
  } while (k0 < k);
}

/** `rows` (1, 2) × `vectors` of four columns; of the last vector, `columns` are stored. */
// @ts-ignore: decorator
@inline function rowBlock(
  rows: i32, vectors: i32, columns: i32, a: usize, rowStep: usize, kStep: usize, b: usize, bStride: usize,
  depth: i32, c: usize, cStride: usize, accumulate: bool, bias: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  // One row: s0 … s7. Two rows: s0 … s3 and s4 … s7.
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, s4 = zero, s5 = zero, s6 = zero, s7 = zero;
  for (; depth > 0; depth--, a += kStep, b += bStride) {
    const x0 = v128.load32_splat(a);
    const x1 = rows > 1 ? v128.load32_splat(a + rowStep) : zero;
    const b0 = v128.load(b);
    s0 = multiplyAdd(x0, b0, s0);
    if (rows > 1) s4 = multiplyAdd(x1, b0, s4);
    if (vectors > 1) {
      const b1 = v128.load(b, 16);
      const b2 = v128.load(b, 32);
      const b3 = v128.load(b, 48);
      s1 = multiplyAdd(x0, b1, s1);
      s2 = multiplyAdd(x0, b2, s2);
      s3 = multiplyAdd(x0, b3, s3);
      if (rows > 1) {
        s5 = multiplyAdd(x1, b1, s5);
        s6 = multiplyAdd(x1, b2, s6);
        s7 = multiplyAdd(x1, b3, s7);
      }
    }
    if (vectors > 4) {
      s4 = multiplyAdd(x0, v128.load(b, 64), s4);
      s5 = multiplyAdd(x0, v128.load(b, 80), s5);
      s6 = multiplyAdd(x0, v128.load(b, 96), s6);
      s7 = multiplyAdd(x0, v128.load(b, 112), s7);
    }
  }
  if (vectors == 1) {
    storeColumns(c, finishVector(s0, c, accumulate, bias, relu), columns);
    if (rows > 1) storeColumns(c + cStride, finishVector(s4, c + cStride, accumulate, bias, relu), columns);
    return;
  }
  storeFour(c, s0, s1, s2, s3, accumulate, bias, relu);
  if (rows > 1) storeFour(c + cStride, s4, s5, s6, s7, accumulate, bias, relu);
  else storeFour(c + 64, s4, s5, s6, s7, accumulate, bias == 0 ? 0 : bias + 64, relu);
}

// @ts-ignore: decorator
@inline function storeFour(c: usize, x0: v128, x1: v128, x2: v128, x3: v128, accumulate: bool, bias: usize, relu: bool): void {
  v128.store(c, finishVector(x0, c, accumulate, bias, relu));
  v128.store(c, finishVector(x1, c + 16, accumulate, bias == 0 ? 0 : bias + 16, relu), 16);
  v128.store(c, finishVector(x2, c + 32, accumulate, bias == 0 ? 0 : bias + 32, relu), 32);
  v128.store(c, finishVector(x3, c + 48, accumulate, bias == 0 ? 0 : bias + 48, relu), 48);
}
