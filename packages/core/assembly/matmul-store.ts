/** The end of a register block: earlier runs of k, bias and relu, then the store. */

// @ts-ignore: decorator
@inline export function finishVector(sum: v128, c: usize, accumulate: bool, bias: usize, relu: bool): v128 {
  if (accumulate) sum = f32x4.add(v128.load(c), sum);
  if (bias != 0) sum = f32x4.add(sum, v128.load(bias));
  return relu ? f32x4.max(sum, f32x4.splat(0.0)) : sum;
}

/** The first `columns` (1 ... 4) lanes, and nothing beyond: the elements there may be finished already. */
// @ts-ignore: decorator
@inline export function storeColumns(c: usize, sum: v128, columns: i32): void {
  if (columns >= 4) {
    v128.store(c, sum);
  } else if (columns == 1) {
    v128.store32_lane(c, sum, 0);
  } else {
    v128.store64_lane(c, sum, 0);
    if (columns == 3) v128.store32_lane(c, sum, 2, 8);
  }
}
