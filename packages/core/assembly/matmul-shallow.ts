/**
 * Products with an inner size of at most 4, as the first layer of a small network and the gradient of its last one: the blocks of
 * `matmul.ts` would spend most of their time between blocks. The order of summation is theirs.
 */
import { floorOf, NOTHING, rectified, storeColumns, zeroOf } from "./matmul-store";
import { multiplyAdd } from "./multiply-add";

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
