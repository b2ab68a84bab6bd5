/**
 * Products with one to three rows, as in acting: nothing is packed, and 32 columns of B pass at a time. The order of summation is
 * that of `matmul.ts`.
 */
import { finishVector, storeColumns } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";
import { PANEL_DEPTH } from "./scratch";

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
