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
import { fewColumns, fewRows, lanesOf, rowsTimesColumns, SHALLOW, shallowRows } from "./matmul-narrow";
import { rowsTimesTransposed } from "./matmul-small";
import { PANEL_COLUMNS, PANEL_DEPTH, PANELS } from "./scratch";
import { finishVector, storeColumns } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";
import { activate, ACTIVATION_RELU } from "./activation";

const CHUNK_ROWS: i32 = 128;
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
  let k0 = 0;
  do {
    const depth = min(k - k0, PANEL_DEPTH);
    const last = k0 + depth >= k;
    for (let n0 = 0; n0 < n; n0 += PANEL_COLUMNS) {
      const width = min(n - n0, PANEL_COLUMNS);
      if (transposeB) packTransposed(b + (<usize>(n0 * bRow + k0) << 2), bRow, width, depth);
      else packPlain(b + (<usize>(k0 * bRow + n0) << 2), bRow, width, depth);
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
        for (let j = 0; j < width; j += 8) {
          const columns = min(width - j, 8);
          const panel = PANELS + (<usize>(j * ((depth + 3) & ~3)) << 2);
          const panelStride: usize = columns > 4 ? 32 : 16;
          const target = c + (<usize>(m0 * cRow + n0 + j) << 2);
          const panelBias = last && bias != 0 ? bias + (<usize>(n0 + j) << 2) : 0;
          panelRows(
            transposeA, columns, aStart, <usize>aRow << 2, panel, panelStride, depth,
            target, <usize>cRow << 2, rows, k0 > 0, panelBias, last && relu,
          );
        }
      }
    }
    k0 += PANEL_DEPTH;
  } while (k0 < k);
}

function panelRows(
  transposeA: bool, columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  if (transposeA) {
    if (columns > 4) wideTransposed(columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
    else narrowTransposed(columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
  } else {
    if (columns > 4) widePlain(columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
    else narrowPlain(columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
  }
}

function widePlain(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(2, false, columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
}

function narrowPlain(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(1, false, columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
}

function wideTransposed(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(2, true, columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
}

function narrowTransposed(
  columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  blocks(1, true, columns, a, aStride, b, bStride, depth, c, cStride, rows, accumulate, bias, relu);
}

// @ts-ignore: decorator
@inline function blocks(
  vectors: i32, transposed: bool, columns: i32, a: usize, aStride: usize, b: usize, bStride: usize, depth: i32,
  c: usize, cStride: usize, rows: i32, accumulate: bool, bias: usize, relu: bool,
): void {
  const rowStep: usize = transposed ? 4 : aStride;
  for (; rows >= 4; rows -= 4) {
    block(4, vectors, transposed, columns, a, aStride, b, bStride, depth, c, cStride, accumulate, bias, relu);
    a += rowStep << 2;
    c += cStride << 2;
  }
  if (rows & 2) {
    block(2, vectors, transposed, columns, a, aStride, b, bStride, depth, c, cStride, accumulate, bias, relu);
    a += rowStep << 1;
    c += cStride << 1;
  }
  if (rows & 1) block(1, vectors, transposed, columns, a, aStride, b, bStride, depth, c, cStride, accumulate, bias, relu);
}

/** One register block: `rows` (1, 2, 4) × `vectors` (1, 2) of four columns, `columns` of which are stored. */
// @ts-ignore: decorator
@inline function block(
  rows: i32, vectors: i32, transposed: bool, columns: i32, a: usize, aStride: usize, b: usize, bStride: usize,
  depth: i32, c: usize, cStride: usize, accumulate: bool, bias: usize, relu: bool,
): void {
  const zero = f32x4.splat(0.0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero;
  // The rows' elements at one k lie aStride apart, or side by side where A is transposed.
  let a0 = a;
  let a1 = a + aStride;
  let a2 = a + aStride * 2;
  let a3 = a + aStride * 3;
  for (let step = 0; step < depth; step++) {
    const b0 = v128.load(b);
    const b1 = vectors > 1 ? v128.load(b, 16) : zero;
    const x0 = v128.load32_splat(a0);
    c00 = multiplyAdd(x0, b0, c00);
    if (vectors > 1) c01 = multiplyAdd(x0, b1, c01);
    if (rows > 1) {
      const x1 = transposed ? v128.load32_splat(a0, 4) : v128.load32_splat(a1);
      c10 = multiplyAdd(x1, b0, c10);
      if (vectors > 1) c11 = multiplyAdd(x1, b1, c11);
    }
    if (rows > 2) {
      const x2 = transposed ? v128.load32_splat(a0, 8) : v128.load32_splat(a2);
      c20 = multiplyAdd(x2, b0, c20);
      if (vectors > 1) c21 = multiplyAdd(x2, b1, c21);
      const x3 = transposed ? v128.load32_splat(a0, 12) : v128.load32_splat(a3);
      c30 = multiplyAdd(x3, b0, c30);
      if (vectors > 1) c31 = multiplyAdd(x3, b1, c31);
    }
    a0 += transposed ? aStride : 4;
    if (!transposed) {
      if (rows > 1) a1 += 4;
      if (rows > 2) a2 += 4;
      if (rows > 2) a3 += 4;
    }
    b += bStride;
  }
  storeRow(vectors, columns, c, c00, c01, accumulate, bias, relu);
  if (rows > 1) storeRow(vectors, columns, c + cStride, c10, c11, accumulate, bias, relu);
  if (rows > 2) storeRow(vectors, columns, c + cStride * 2, c20, c21, accumulate, bias, relu);
  if (rows > 2) storeRow(vectors, columns, c + cStride * 3, c30, c31, accumulate, bias, relu);
}

// @ts-ignore: decorator
@inline function storeRow(
  vectors: i32, columns: i32, c: usize, low: v128, high: v128, accumulate: bool, bias: usize, relu: bool,
): void {
  const first = finishVector(low, c, accumulate, bias, relu);
  if (vectors == 1) return storeColumns(c, first, columns);
  v128.store(c, first);
  storeColumns(c + 16, finishVector(high, c + 16, accumulate, bias == 0 ? 0 : bias + 16, relu), columns - 4);
}
