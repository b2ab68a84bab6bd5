/** Rows of a 4 × 4 block of 32-bit elements, given four other rows: the parts of a transpose in registers. */

// @ts-ignore: decorator
@inline export function interleaveLow(x: v128, y: v128): v128 {
  return v128.shuffle<i32>(x, y, 0, 4, 1, 5);
}

// @ts-ignore: decorator
@inline export function interleaveHigh(x: v128, y: v128): v128 {
  return v128.shuffle<i32>(x, y, 2, 6, 3, 7);
}

// @ts-ignore: decorator
@inline export function lowHalves(x: v128, y: v128): v128 {
  return v128.shuffle<i64>(x, y, 0, 2);
}

// @ts-ignore: decorator
@inline export function highHalves(x: v128, y: v128): v128 {
  return v128.shuffle<i64>(x, y, 1, 3);
}
