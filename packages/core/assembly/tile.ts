import { counterAddress, sizeAt, strideAt, tileAddress } from "./scratch";

/** How an operand lies under the output; JavaScript's `OperandKind`. */
const DENSE: i32 = 0;
/** Repeats its first `period` elements; every tile holds whole periods, so one expansion serves all tiles. */
const PERIODIC: i32 = 1;

/**
 * The address of elements start ... start + count of an operand, in output order: where they lie if the operand is
 * dense, else gathered into the operand's tile.
 */
export function tileOf(operand: i32, kind: i32, base: usize, period: i32, rank: i32, start: i32, count: i32): usize {
  if (kind == DENSE) return base + (<usize>start << 2);
  const tile = tileAddress(operand);
  if (kind == PERIODIC) {
    if (start == 0) repeat(base, tile, period, count);
  } else {
    gather(operand, base, rank, start, count, tile);
  }
  return tile;
}

function repeat(source: usize, tile: usize, period: i32, count: i32): void {
  if (period == 1) return copyRun(source, tile, 0, count);
  const bytes = <usize>count << 2;
  let filled = min(<usize>period << 2, bytes);
  memory.copy(tile, source, filled);
  while (filled < bytes) {
    const more = min(filled, bytes - filled);
    memory.copy(tile + filled, tile, more);
    filled += more;
  }
}

function gather(operand: i32, base: usize, rank: i32, start: i32, count: i32, tile: usize): void {
  const inner = sizeAt(rank - 1);
  const step = strideAt(operand, rank - 1);
  let column = start % inner;
  let rest = start / inner;
  let offset: i32 = 0;
  for (let axis = rank - 2; axis >= 0; axis--) {
    const size = sizeAt(axis);
    const index = rest % size;
    rest /= size;
    store<i32>(counterAddress(axis), index);
    offset += index * strideAt(operand, axis);
  }
  if (rank == 2 && step == 0 && inner <= 4) {
    repeatEach(base + (<usize>offset << 2), strideAt(operand, 0), inner, tile - (<usize>column << 2), tile, count);
    return;
  }
  while (count > 0) {
    const run = min(inner - column, count);
    copyRun(base + (<usize>(offset + column * step) << 2), tile, step, run);
    tile += <usize>run << 2;
    count -= run;
    column = 0;
    if (rank == 2) {
      offset += strideAt(operand, 0);
      continue;
    }
    for (let axis = rank - 2; axis >= 0; axis--) {
      const index = load<i32>(counterAddress(axis)) + 1;
      const stride = strideAt(operand, axis);
      offset += stride;
      if (index < sizeAt(axis)) {
        store<i32>(counterAddress(axis), index);
        break;
      }
      offset -= stride * index;
      store<i32>(counterAddress(axis), 0);
    }
  }
}

/**
 * A column under rows of up to four elements: each of its elements `inner` times, the first row from `row` on, which begins
 * before the tile where that begins within a row.
 */
function repeatEach(column: usize, stride: i32, inner: i32, row: usize, tile: usize, count: i32): void {
  const end = tile + (<usize>count << 2);
  const bytes = <usize>inner << 2;
  const step = <usize>stride << 2;
  for (; row < tile; row += bytes, column += step) {
    const value = load<u32>(column);
    for (let p = tile; p < row + bytes; p += 4) store<u32>(p, value);
  }
  for (; row < end; row += bytes, column += step) v128.store(row, v128.load32_splat(column));
}

/** Writes up to three elements past the run's end: the next run, or the tile's slack. */
// @ts-ignore: decorator
@inline function copyRun(source: usize, target: usize, step: i32, count: i32): void {
  const end = target + (<usize>count << 2);
  if (step == 0) {
    const value = v128.load32_splat(source);
    for (; target < end; target += 16) v128.store(target, value);
  } else if (step == 1) {
    for (; target < end; target += 16, source += 16) v128.store(target, v128.load(source));
  } else {
    const stride = <usize>step << 2;
    for (; target < end; target += 4, source += stride) store<u32>(target, load<u32>(source));
  }
}
