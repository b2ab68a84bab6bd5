/**
 * The strided copy. JavaScript has merged neighbouring axes and put the one with the smallest output stride last; the
 * two last axes are copied by `copyPlane`, the others counted through. Only elements that an index reaches are
 * written: y may hold others.
 */
import { counterAddress, sizeAt, strideAt } from "./scratch";
import { highHalves, interleaveHigh, interleaveLow, lowHalves } from "./transpose";

/** Sizes and strides (operand 0: x, 1: y) are in the scratch layout; rank is at least 2. */
export function copyStrided(x: usize, y: usize, rank: i32): void {
  const rows = sizeAt(rank - 2);
  const columns = sizeAt(rank - 1);
  for (let axis = 0; axis < rank - 2; axis++) store<i32>(counterAddress(axis), 0);
  while (true) {
    copyPlane(
      x, y, rows, columns, strideAt(0, rank - 2), strideAt(0, rank - 1), strideAt(1, rank - 2), strideAt(1, rank - 1),
    );
    let axis = rank - 3;
    for (; axis >= 0; axis--) {
      const index = load<i32>(counterAddress(axis)) + 1;
      x += <usize>strideAt(0, axis) << 2;
      y += <usize>strideAt(1, axis) << 2;
      if (index < sizeAt(axis)) {
        store<i32>(counterAddress(axis), index);
        break;
      }
      x -= <usize>(strideAt(0, axis) * index) << 2;
      y -= <usize>(strideAt(1, axis) * index) << 2;
      store<i32>(counterAddress(axis), 0);
    }
    if (axis < 0) return;
  }
}

export function copyPlane(
  x: usize, y: usize, rows: i32, columns: i32, xRow: i32, xColumn: i32, yRow: i32, yColumn: i32,
): void {
  const xStep = <usize>xRow << 2;
  const yStep = <usize>yRow << 2;
  if (yColumn == 1 && xColumn == 1) {
    for (let row = 0; row < rows; row++, x += xStep, y += yStep) copyRow(x, y, columns);
  } else if (yColumn == 1 && xColumn == 0) {
    for (let row = 0; row < rows; row++, x += xStep, y += yStep) fillRow(x, y, columns);
  } else if (yColumn == 1 && xRow == 1) {
    transposePlane(x, y, rows, columns, <usize>xColumn << 2, yStep);
  } else {
    for (let row = 0; row < rows; row++, x += xStep, y += yStep) copyElements(x, y, columns, xColumn, yColumn);
  }
}

function copyElements(x: usize, y: usize, columns: i32, xColumn: i32, yColumn: i32): void {
  const xStep = <usize>xColumn << 2;
  const yStep = <usize>yColumn << 2;
  for (let column = 0; column < columns; column++, x += xStep, y += yStep) store<u32>(y, load<u32>(x));
}

// @ts-ignore: decorator
@inline function copyRow(x: usize, y: usize, columns: i32): void {
  for (; columns >= 4; columns -= 4, x += 16, y += 16) v128.store(y, v128.load(x));
  for (; columns > 0; columns--, x += 4, y += 4) store<u32>(y, load<u32>(x));
}

// @ts-ignore: decorator
@inline function fillRow(x: usize, y: usize, columns: i32): void {
  const value = v128.load32_splat(x);
  for (; columns >= 4; columns -= 4, y += 16) v128.store(y, value);
  for (; columns > 0; columns--, y += 4) v128.store32_lane(y, value, 0);
}

/** y[row, column] = x[column, row]: blocks of 4 × 4 in registers, the edges element by element. */
function transposePlane(x: usize, y: usize, rows: i32, columns: i32, xStep: usize, yStep: usize): void {
  const blockRows = rows & ~3;
  const blockColumns = columns & ~3;
  for (let row = 0; row < blockRows; row += 4) {
    let source = x + (<usize>row << 2);
    let target = y + yStep * <usize>row;
    for (let column = 0; column < blockColumns; column += 4) {
      const x0 = v128.load(source);
      const x1 = v128.load(source + xStep);
      const x2 = v128.load(source + xStep * 2);
      const x3 = v128.load(source + xStep * 3);
      const low01 = interleaveLow(x0, x1);
      const low23 = interleaveLow(x2, x3);
      const high01 = interleaveHigh(x0, x1);
      const high23 = interleaveHigh(x2, x3);
      v128.store(target, lowHalves(low01, low23));
      v128.store(target + yStep, highHalves(low01, low23));
      v128.store(target + yStep * 2, lowHalves(high01, high23));
      v128.store(target + yStep * 3, highHalves(high01, high23));
      source += xStep * 4;
      target += 16;
    }
  }
  const stride = <i32>(xStep >> 2);
  for (let row = 0; row < rows; row++) {
    const column = row < blockRows ? blockColumns : 0;
    copyElements(
      x + (<usize>row << 2) + xStep * <usize>column, y + yStep * <usize>row + (<usize>column << 2), columns - column, stride, 1,
    );
  }
}
