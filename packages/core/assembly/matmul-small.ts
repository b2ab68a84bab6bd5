/**
 * C = A · Bᵀ + bias for a few rows of A: nothing is packed, blocks of Bᵀ are transposed in registers as they come.
 * The order of summation is that of `matmul.ts`.
 */
import { multiplyAdd } from "./multiply-add";
import { finishVector, storeColumns } from "./matmul-store";
import { PANEL_DEPTH } from "./scratch";
import { highHalves, interleaveHigh, interleaveLow, lowHalves } from "./transpose";

/** A [m, k], B [n, k]; `aRow`, `bRow`, `cRow` elements from row to row. */
export function rowsTimesTransposed(
  a: usize, b: usize, bias: usize, c: usize, m: i32, n: i32, k: i32, aRow: i32, bRow: i32, cRow: i32, relu: bool,
): void {
  const aStride = <usize>aRow << 2;
  const bStride = <usize>bRow << 2;
  const cStride = <usize>cRow << 2;
  let rows = m;
  for (; rows >= 2; rows -= 2) {
    twoRows(a, aStride, b, bStride, bias, c, cStride, n, k, relu);
    a += aStride << 1;
    c += cStride << 1;
  }
  if (rows > 0) oneRow(a, aStride, b, bStride, bias, c, cStride, n, k, relu);
}

function twoRows(
  a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize, n: i32, k: i32, relu: bool,
): void {
  columnGroups(2, a, aStride, b, bStride, bias, c, cStride, n, k, relu);
}

function oneRow(
  a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize, n: i32, k: i32, relu: bool,
): void {
  let j = 0;
  if (k <= PANEL_DEPTH && (k & 3) == 0) {
    for (; j + 8 <= n; j += 8) {
      const offset = <usize>j << 2;
      eightColumns(a, b + bStride * <usize>j, bStride, bias == 0 ? 0 : bias + offset, c + offset, k, relu);
    }
  }
  if (j == n) return;
  const offset = <usize>j << 2;
  columnGroups(
    1, a, aStride, b + bStride * <usize>j, bStride, bias == 0 ? 0 : bias + offset, c + offset, cStride, n - j, k, relu,
  );
}

/** Eight columns of one row, k a multiple of 4: of two chains of sums, one goes on while the other waits. */
function eightColumns(a: usize, b: usize, bStride: usize, bias: usize, c: usize, k: i32, relu: bool): void {
  let low = f32x4.splat(0.0);
  let high = low;
  const distance = bStride << 2;
  for (; k > 0; k -= 4) {
    // Splatted by shuffles: the engine does all loads of an iteration first, and more of them than registers.
    const x = v128.load(a);
    const a0 = v128.shuffle<f32>(x, x, 0, 0, 0, 0);
    const a1 = v128.shuffle<f32>(x, x, 1, 1, 1, 1);
    const a2 = v128.shuffle<f32>(x, x, 2, 2, 2, 2);
    const a3 = v128.shuffle<f32>(x, x, 3, 3, 3, 3);
    low = fourColumns(low, a0, a1, a2, a3, b, bStride);
    high = fourColumns(high, a0, a1, a2, a3, b + distance, bStride);
    a += 16;
    b += 16;
  }
  v128.store(c, finishVector(low, c, false, bias, relu));
  v128.store(c, finishVector(high, c, false, bias == 0 ? 0 : bias + 16, relu), 16);
}

/** Four terms of the sums of four columns, rows of B. */
// @ts-ignore: decorator
@inline function fourColumns(sum: v128, a0: v128, a1: v128, a2: v128, a3: v128, b: usize, bStride: usize): v128 {
  const x0 = v128.load(b);
  const x1 = v128.load(b + bStride);
  const x2 = v128.load(b + bStride * 2);
  const x3 = v128.load(b + bStride * 3);
  const low01 = interleaveLow(x0, x1);
  const low23 = interleaveLow(x2, x3);
  const high01 = interleaveHigh(x0, x1);
  const high23 = interleaveHigh(x2, x3);
  sum = multiplyAdd(a0, lowHalves(low01, low23), sum);
  sum = multiplyAdd(a1, highHalves(low01, low23), sum);
  sum = multiplyAdd(a2, lowHalves(high01, high23), sum);
  return multiplyAdd(a3, highHalves(high01, high23), sum);
}

// @ts-ignore: decorator
@inline function columnGroups(
  rows: i32, a: usize, aStride: usize, b: usize, bStride: usize, bias: usize, c: usize, cStride: usize,
  n: i32, k: i32, relu: bool,
): void {
  for (let j = 0; j < n; j += 4) {
    const columns = min(n - j, 4);
    const r0 = b + bStride * <usize>j;
    const r1 = b + bStride * <usize>min(j + 1, n - 1);
    const r2 = b + bStride * <usize>min(j + 2, n - 1);
    const r3 = b + bStride * <usize>min(j + 3, n - 1);
    let k0 = 0;
    do {
      const depth = min(k - k0, PANEL_DEPTH);
      const last = k0 + depth >= k;
      const offset = <usize>k0 << 2;
      group(
        rows, columns, a + offset, aStride, r0 + offset, r1 + offset, r2 + offset, r3 + offset, depth,
        c + (<usize>j << 2), cStride, k0 > 0, last && bias != 0 ? bias + (<usize>j << 2) : 0, last && relu,
      );
      k0 += PANEL_DEPTH;
    } while (k0 < k);
  }
}

/** Four columns of one or two rows, over one run of k. */
// @ts-ignore: decorator
@inline function group(
  rows: i32, columns: i32, a: usize, aStride: usize, r0: usize, r1: usize, r2: usize, r3: usize, depth: i32,
  c: usize, cStride: usize, accumulate: bool, bias: usize, relu: bool,
): void {
  let c0 = f32x4.splat(0.0);
  let c1 = c0;
  let a1 = a + aStride;
  let left = depth;
  for (; left >= 4; left -= 4) {
    const x0 = v128.load(r0);
    const x1 = v128.load(r1);
    const x2 = v128.load(r2);
    const x3 = v128.load(r3);
    const low01 = interleaveLow(x0, x1);
    const low23 = interleaveLow(x2, x3);
    const high01 = interleaveHigh(x0, x1);
    const high23 = interleaveHigh(x2, x3);
    const b0 = lowHalves(low01, low23);
    const b1 = highHalves(low01, low23);
    const b2 = lowHalves(high01, high23);
    const b3 = highHalves(high01, high23);
    c0 = fourTerms(c0, a, b0, b1, b2, b3);
    if (rows > 1) c1 = fourTerms(c1, a1, b0, b1, b2, b3);
    a += 16;
    a1 += 16;
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
  }
  for (; left > 0; left--) {
    let column = v128.load32_zero(r0);
    column = v128.load32_lane(r1, column, 1);
    column = v128.load32_lane(r2, column, 2);
    column = v128.load32_lane(r3, column, 3);
    c0 = multiplyAdd(v128.load32_splat(a), column, c0);
    if (rows > 1) c1 = multiplyAdd(v128.load32_splat(a1), column, c1);
    a += 4;
    a1 += 4;
    r0 += 4;
    r1 += 4;
    r2 += 4;
    r3 += 4;
  }
  storeColumns(c, finishVector(c0, c, accumulate, bias, relu), columns);
  if (rows > 1) storeColumns(c + cStride, finishVector(c1, c + cStride, accumulate, bias, relu), columns);
}

// @ts-ignore: decorator
@inline function fourTerms(sum: v128, a: usize, b0: v128, b1: v128, b2: v128, b3: v128): v128 {
  sum = multiplyAdd(v128.load32_splat(a), b0, sum);
  sum = multiplyAdd(v128.load32_splat(a, 4), b1, sum);
  sum = multiplyAdd(v128.load32_splat(a, 8), b2, sum);
  return multiplyAdd(v128.load32_splat(a, 12), b3, sum);
}
