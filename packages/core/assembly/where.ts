/** out = x where the condition is not 0, else y: on bits, so the same for float32 and int32. */
import { tileOf } from "./tile";

export function whereContiguous(condition: usize, x: usize, y: usize, out: usize, length: i32): void {
  const end = out + ((<usize>length) << 2);
  const zero = i32x4.splat(0);
  while (out < end) {
    const chosen = i32x4.ne(v128.load(condition), zero);
    v128.store(out, v128.bitselect(v128.load(x), v128.load(y), chosen));
    condition += 16;
    x += 16;
    y += 16;
    out += 16;
  }
}

/** Any strides: sizes and strides are in the scratch layout; a periodic operand repeats after its own period. */
export function whereTiled(
  condition: usize,
  conditionKind: i32,
  conditionPeriod: i32,
  x: usize,
  xKind: i32,
  xPeriod: i32,
  y: usize,
  yKind: i32,
  yPeriod: i32,
  out: usize,
  rank: i32,
  length: i32,
  tile: i32,
): void {
  for (let start = 0; start < length; start += tile) {
    const count = min(tile, length - start);
    const conditions = tileOf(0, conditionKind, condition, conditionPeriod, rank, start, count);
    const xs = tileOf(1, xKind, x, xPeriod, rank, start, count);
    const ys = tileOf(2, yKind, y, yPeriod, rank, start, count);
    whereContiguous(conditions, xs, ys, out + ((<usize>start) << 2), count);
  }
}
