/** The end of a register block: earlier runs of k, bias and relu, then the store. */

/** What may stand for a bias, or for earlier sums, of up to 16 columns where there are none: adding −0 changes nothing. */
export const NOTHING: usize = memory.data<f32>([
  -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0, -0.0,
], 16);

// @ts-ignore: decorator
@inline export function finishVector(sum: v128, c: usize, accumulate: bool, bias: usize, relu: bool): v128 {
  if (accumulate) sum = f32x4.add(v128.load(c), sum);
  if (bias != 0) sum = f32x4.add(sum, v128.load(bias));
  return relu ? f32x4.max(sum, f32x4.splat(0.0)) : sum;
}

/** With relu (1) and without (0): the least that a result may be, and what is added then. */
const FLOORS: usize = memory.data<f32>([-Infinity, 0.0]);
const ZEROS: usize = memory.data<f32>([-0.0, 0.0]);

// @ts-ignore: decorator
@inline export function floorOf(relu: bool): v128 {
  return v128.load32_splat(FLOORS + (<usize>relu << 2));
}

// @ts-ignore: decorator
@inline export function zeroOf(relu: bool): v128 {
  return v128.load32_splat(ZEROS + (<usize>relu << 2));
}

/** relu of x where `floor` is 0 and `zero` is +0 (−0 becomes +0, NaN stays); x itself where they are −∞ and −0. */
// @ts-ignore: decorator
@inline export function rectified(x: v128, floor: v128, zero: v128): v128 {
  return f32x4.add(f32x4.pmax(x, floor), zero);
}

/** Two vectors side by side, both stored at the end: the `wide` build's form of a pair (see `wide.d.ts`). */
// @ts-ignore: decorator
@inline export function storePair(c: usize, low: v128, high: v128, accumulate: bool, bias: usize, relu: bool): void {
  if (!WIDE) {
    v128.store(c, finishVector(low, c, accumulate, bias, relu));
    v128.store(c, finishVector(high, c + 16, accumulate, bias == 0 ? 0 : bias + 16, relu), 16);
    return;
  }
  // No branches: addresses are chosen by masks.
  const earlier = NOTHING + ((c - NOTHING) & (0 - <usize>accumulate));
  const added = NOTHING + ((bias - NOTHING) & (0 - <usize>(bias != 0)));
  const floor = floorOf(relu);
  const zero = zeroOf(relu);
  const first = rectified(f32x4.add(f32x4.add(v128.load(earlier), low), v128.load(added)), floor, zero);
  const second = rectified(f32x4.add(f32x4.add(v128.load(earlier, 16), high), v128.load(added, 16)), floor, zero);
  v128.store(c, first);
  v128.store(c, second, 16);
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
