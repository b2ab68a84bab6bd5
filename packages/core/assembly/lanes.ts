/**
 * Four lines of a [outer, axis, inner] array side by side, one in each lane: how short axes use whole vectors.
 * Past the last line, lanes repeat it: they compute and store the same values again.
 */

/** The offset, in bytes, of the first element of `line`, the lines being numbered as in [outer, inner]. */
// @ts-ignore: decorator
@inline export function lineOffset(line: i32, lines: i32, axis: i32, inner: i32): usize {
  line = min(line, lines - 1);
  if (inner == 1) return <usize>(line * axis) << 2;
  return <usize>((line / inner) * axis * inner + (line % inner)) << 2;
}

// @ts-ignore: decorator
@inline export function loadLanes(p0: usize, p1: usize, p2: usize, p3: usize): v128 {
  let x = v128.load32_zero(p0);
  x = v128.load32_lane(p1, x, 1);
  x = v128.load32_lane(p2, x, 2);
  return v128.load32_lane(p3, x, 3);
}

// @ts-ignore: decorator
@inline export function storeLanes(p0: usize, p1: usize, p2: usize, p3: usize, x: v128): void {
  v128.store32_lane(p0, x, 0);
  v128.store32_lane(p1, x, 1);
  v128.store32_lane(p2, x, 2);
  v128.store32_lane(p3, x, 3);
}

/** All ones in the first `count` (0 ... 4) lanes. */
// @ts-ignore: decorator
@inline export function laneMask(count: i32): v128 {
  return i32x4.lt_s(i32x4(0, 1, 2, 3), i32x4.splat(count));
}

/** The two halves of four floats, as doubles. */
// @ts-ignore: decorator
@inline export function lowDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

// @ts-ignore: decorator
@inline export function highDoubles(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Back to four floats. */
// @ts-ignore: decorator
@inline export function toFloats(low: v128, high: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2);
}
