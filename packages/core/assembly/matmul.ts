/**
 * C = activation(op(A) · op(B) + bias) in float32.
 *
 * Registers hold a block of 4 rows × 8 columns of C; per step of k the block takes one row of a panel of B (8
 * columns, packed so that it is contiguous) and four splatted elements of A. k is cut into runs of PANEL_DEPTH so
 * that a panel stays in the first-level cache, m into runs of CHUNK_ROWS so that A stays in the second.
 *
 * Every element of C is summed over k in the same order whatever m, n, the transposes and the block it falls in: a
 * batch of 256 rows gives bit for bit what its rows give one by one.
 */
import { packPlain, packTransposed } from "./pack";
import { fewColumns, lanesOf, rowsTimesColumns } from "./matmul-columns";
import { fewRows } from "./matmul-rows";
import { SHALLOW, shallowRows } from "./matmul-shallow";
import { rowsTimesTransposed } from "./matmul-small";
import { PANEL_COLUMNS, PANEL_DEPTH, PANELS } from "./scratch";
import { finishVector, storeColumns, storePair } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";
import { activate, ACTIVATION_RELU } from "./activation";

const CHUNK_ROWS: i32 = 128;
/** Floats of a B that the wide build does not pack: its blocks take whole cache lines of a row as it is. */
const UNPACKED: i32 = 16384;
/** Below this many rows, packing B costs more than it saves. */
const PACKED_ROWS: i32 = 4;

/**
 * `bias` 0: none. A batch stride of 0 reuses one matrix. `aRow`, `bRow` and `cRow` are the elements from one stored row to
 * the next: more than the row holds where the matrices are parts of larger ones, as in one thread's share of a product.
 * With tanh or sigmoid, a part of C's columns must then end at a multiple of 4.
 */
export function matmulFloat(
  a: usize, b: usize, bias: usize, c: usize, batch: i32, m: i32, n: i32, k: i32,
  transposeA: bool, transposeB: bool, batchStrideA: i32, batchStrideB: i32, batchStrideC: i32,
  aRow: i32, bRow: i32, cRow: i32, activation: i32,
): void {
  for (let index = 0; index < batch; index++) {
    product(a, b, bias, c, m, n, k, transposeA, transposeB, aRow, bRow, cRow, activation == ACTIVATION_RELU);
    if (activation > ACTIVATION_RELU) {
      if (cRow == n) {
        activate(activation, c, m * n);
      } else {
        for (let row = 0; row < m; row++) activate(activation, c + (<usize>(row * cRow) << 2), n);
      }
    }
    a += <usize>batchStrideA << 2;
    b += <usize>batchStrideB << 2;
    c += <usize>batchStrideC << 2;
  }
}

function product(
  a: usize, b: usize, bias: usize, c: usize, m: i32, n: i32, k: i32,
  transposeA: bool, transposeB: bool, aRow: i32, bRow: i32, cRow: i32, relu: bool,
): void {
  if (transposeB && !transposeA && m < PACKED_ROWS) {
    return rowsTimesTransposed(a, b, bias, c, m, n, k, aRow, bRow, cRow, relu);
  }
  if (!transposeB && m < PACKED_ROWS) {
    return fewRows(transposeA, a, <usize>aRow << 2, b, <usize>bRow << 2, bias, c, <usize>cRow << 2, m, n, k, relu);
  }
  if (transposeB && !transposeA && n <= 2) {
    const rows = lanesOf(m);
    rowsTimesColumns(a, b, bias, c, rows, n, k, <usize>aRow << 2, <usize>bRow << 2, <usize>cRow << 2, relu);
    a += <usize>(rows * aRow) << 2;
    c += <usize>(rows * cRow) << 2;
    if (m > rows) rowsTimesTransposed(a, b, bias, c, m - rows, n, k, aRow, bRow, cRow, relu);
    return;
  }
  if (transposeA && !transposeB && n <= 4) {
    return fewColumns(a, <usize>aRow << 2, b, <usize>bRow << 2, bias, c, <usize>cRow << 2, m, n, k, relu);
  }
  if (!transposeA && !transposeB && k <= SHALLOW && k > 0) {
    const bStride = <usize>bRow << 2;
    return shallowRows(k, n, a, <usize>aRow << 2, b, bStride, bStride, 32, c, <usize>cRow << 2, m, bias, relu);
  }
  const direct = WIDE && !transposeB && (n & 7) == 0 && n * k <= UNPACKED;
  let k0 = 0;
  do {
    const depth = min(k - k0, PANEL_DEPTH);
    const last = k0 + depth >= k;
    const panelBytes = <usize>((depth + 3) & ~3) << 5;
    for (let n0 = 0; n0 < n; n0 += PANEL_COLUMNS) {
      const width = min(n - n0, PANEL_COLUMNS);
      if (transposeB) packTransposed(b + (<usize>(n0 * bRow + k0) << 2), bRow, width, depth);
      else if (!direct) packPlain(b + (<usize>(k0 * bRow + n0) << 2), bRow, width, depth);
      if (!transposeA && k <= SHALLOW && k > 0) {
        const shift = <usize>n0 << 2;
        shallowRows(
          k, width, a, <usize>aRow << 2, PANELS, 32, 16, 128, c + shift, <usize>cRow << 2, m,
          bias == 0 ? 0 : bias + shift, relu,
        );
        continue;
      }
      for (let m0 = 0; m0 < m; m0 += CHUNK_ROWS) {
        const rows = min(m - m0, CHUNK_ROWS);
        const aStart = a + (<usize>(transposeA ? k0 * aRow + m0 : m0 * aRow + k0) << 2);
        for (let j = 0; j < width; ) {
          const columns = min(width - j, WIDE && width - j >= 16 ? 16 : 8);
          const panel = direct ? b + (<usize>(k0 * bRow + n0 + j) << 2) : PANELS + <usize>(j >> 3) * panelBytes;
          const step = direct ? <usize>bRow << 2 : columns > 4 ? 32 : 16;
          const target = c + (<usize>(m0 * cRow + n0 + j) << 2);
          const panelBias = last && bias != 0 ? bias + (<usize>(n0 + j) << 2) : 0;
          panelRows(
            transposeA, columns, aStart, <usize>aRow << 2, panel, step, direct ? 32 : panelBytes, depth,
            target, <usize>cRow << 2, rows, k0 > 0, panelBias, last && relu,
          );
          j += columns;
        }
      }
    }
    k0 += PANEL_DEPTH;
  } while (k0 < k);
}

/** Up to 8 columns of B, or 16: the second 8 lie `next` bytes after the first. Rows of B are `bStep` bytes apart. */
function panelRows(
  transposeA: bool, columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  if (transposeA) {
    if (WIDE && columns > 8) doubleTransposed(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
    else if (columns > 4) wideTransposed(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
    else narrowTransposed(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
  } else {
    if (WIDE && columns > 8) doublePlain(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
    else if (columns > 4) widePlain(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
    else narrowPlain(columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
  }
}

function doublePlain(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(4, false, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

function doubleTransposed(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(4, true, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

function widePlain(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(2, false, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

function wideTransposed(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(2, true, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

function narrowPlain(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(1, false, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

function narrowTransposed(
  columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(1, true, columns, a, aStride, b, bStep, next, depth, c, cStride, rows, accumulate, bias, relu);
}

// @ts-ignore: decorator
@inline function blocks(
  vectors: i32, transposed: bool, columns: i32, a: usize, aStride: usize, b: usize, bStep: usize, next: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  const rowStep: usize = transposed ? 4 : aStride;
  if (vectors > 2) {
    for (; rows >= 6 && rows != 8; rows -= 6) {
      block(6, vectors, transposed, columns, a, aStride, b, bStep, next, depth, c, cStride, accumulate, bias, relu);
      a += rowStep * 6;
      c += cStride * 6;
    }
  }
  for (; rows >= 4; rows -= 4) {
    block(4, vectors, transposed, columns, a, aStride, b, bStep, next, depth, c, cStride, accumulate, bias, relu);
    a += rowStep << 2;
    c += cStride << 2;
  }
  if (rows & 2) {
    block(2, vectors, transposed, columns, a, aStride, b, bStep, next, depth, c, cStride, accumulate, bias, relu);
    a += rowStep << 1;
    c += cStride << 1;
  }
  if (rows & 1) block(1, vectors, transposed, columns, a, aStride, b, bStep, next, depth, c, cStride, accumulate, bias, relu);
}

/** One register block: `rows` (1, 2, 4) × `vectors` (1, 2, 4) of four columns, `columns` of which are stored. */
// @ts-ignore: decorator
@inline function block(
  rows: i32, vectors: i32, transposed: bool, columns: i32, a: usize, aStride: usize, b: usize,
  bStep: usize, next: usize, depth: i32, c: usize, cStride: usize, accumulate: bool, bias: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  let c02 = zero, c03 = zero, c12 = zero, c13 = zero, c22 = zero, c23 = zero, c32 = zero, c33 = zero;
  let c40 = zero, c41 = zero, c42 = zero, c43 = zero, c50 = zero, c51 = zero, c52 = zero, c53 = zero;
  // The rows' elements at one k lie aStride apart, or side by side where A is transposed.
  let a0 = a;
  let a1 = a + aStride;
  let a2 = a + aStride * 2;
  let a3 = a + aStride * 3;
  let a4 = a + aStride * 4;
  let a5 = a + aStride * 5;
  let second = b + next;
  for (let step = 0; step < depth; step++) {
    const b0 = v128.load(b);
    const b1 = vectors > 1 ? v128.load(b, 16) : zero;
    const b2 = vectors > 2 ? v128.load(second) : zero;
    const b3 = vectors > 2 ? v128.load(second, 16) : zero;
    const x0 = v128.load32_splat(a0);
    c00 = multiplyAdd(x0, b0, c00);
    if (vectors > 1) c01 = multiplyAdd(x0, b1, c01);
    if (vectors > 2) c02 = multiplyAdd(x0, b2, c02);
    if (vectors > 2) c03 = multiplyAdd(x0, b3, c03);
    if (rows > 1) {
      const x1 = transposed ? v128.load32_splat(a0, 4) : v128.load32_splat(a1);
      c10 = multiplyAdd(x1, b0, c10);
      if (vectors > 1) c11 = multiplyAdd(x1, b1, c11);
      if (vectors > 2) c12 = multiplyAdd(x1, b2, c12);
      if (vectors > 2) c13 = multiplyAdd(x1, b3, c13);
    }
    if (rows > 2) {
      const x2 = transposed ? v128.load32_splat(a0, 8) : v128.load32_splat(a2);
      c20 = multiplyAdd(x2, b0, c20);
      if (vectors > 1) c21 = multiplyAdd(x2, b1, c21);
      if (vectors > 2) c22 = multiplyAdd(x2, b2, c22);
      if (vectors > 2) c23 = multiplyAdd(x2, b3, c23);
      const x3 = transposed ? v128.load32_splat(a0, 12) : v128.load32_splat(a3);
      c30 = multiplyAdd(x3, b0, c30);
      if (vectors > 1) c31 = multiplyAdd(x3, b1, c31);
      if (vectors > 2) c32 = multiplyAdd(x3, b2, c32);
      if (vectors > 2) c33 = multiplyAdd(x3, b3, c33);
    }
    if (rows > 4) {
      const x4 = transposed ? v128.load32_splat(a0, 16) : v128.load32_splat(a4);
      c40 = multiplyAdd(x4, b0, c40);
      c41 = multiplyAdd(x4, b1, c41);
      c42 = multiplyAdd(x4, b2, c42);
      c43 = multiplyAdd(x4, b3, c43);
      const x5 = transposed ? v128.load32_splat(a0, 20) : v128.load32_splat(a5);
      c50 = multiplyAdd(x5, b0, c50);
      c51 = multiplyAdd(x5, b1, c51);
      c52 = multiplyAdd(x5, b2, c52);
      c53 = multiplyAdd(x5, b3, c53);
    }
    a0 += transposed ? aStride : 4;
    if (!transposed) {
      if (rows > 1) a1 += 4;
      if (rows > 2) a2 += 4;
      if (rows > 2) a3 += 4;
      if (rows > 4) a4 += 4;
      if (rows > 4) a5 += 4;
    }
    b += bStep;
    if (vectors > 2) second += bStep;
  }
  storeRow(vectors, columns, c, c00, c01, c02, c03, accumulate, bias, relu);
  if (rows > 1) storeRow(vectors, columns, c + cStride, c10, c11, c12, c13, accumulate, bias, relu);
  if (rows > 2) storeRow(vectors, columns, c + cStride * 2, c20, c21, c22, c23, accumulate, bias, relu);
  if (rows > 2) storeRow(vectors, columns, c + cStride * 3, c30, c31, c32, c33, accumulate, bias, relu);
  if (rows > 4) storeRow(vectors, columns, c + cStride * 4, c40, c41, c42, c43, accumulate, bias, relu);
  if (rows > 4) storeRow(vectors, columns, c + cStride * 5, c50, c51, c52, c53, accumulate, bias, relu);
}

// @ts-ignore: decorator
@inline function storeRow(
  vectors: i32, columns: i32, c: usize, x0: v128, x1: v128, x2: v128, x3: v128, accumulate: bool, bias: usize, relu: bool,
): void {
  if (vectors == 1) {
    storeColumns(c, finishVector(x0, c, accumulate, bias, relu), columns);
  } else if (columns >= 8) {
    storePair(c, x0, x1, accumulate, bias, relu);
    if (vectors > 2) storePair(c + 32, x2, x3, accumulate, bias == 0 ? 0 : bias + 32, relu);
  } else {
    v128.store(c, finishVector(x0, c, accumulate, bias, relu));
    storeColumns(c + 16, finishVector(x1, c + 16, accumulate, bias == 0 ? 0 : bias + 16, relu), columns - 4);
  }
}
