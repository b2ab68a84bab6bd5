/**
 * As many multiplications and additions on 128-bit vectors as the machine can do: twelve independent chains, so that
 * neither waits for the other. The denominator of every "share of the peak".
 */

/** Multiplications and additions, in float32, that one pass of `multiplyAdd` does. */
export const operationsPerPass: i32 = 12 * 4 * 2;

/** `passes` times x ← x·a + b on twelve vectors. Returns their sum, so that nothing can be left out. */
export function multiplyAdd(passes: i32): f32 {
  const a = f32x4.splat(0.999);
  const b = f32x4.splat(0.001);
  let x0 = f32x4.splat(0.1);
  let x1 = f32x4.splat(0.2);
  let x2 = f32x4.splat(0.3);
  let x3 = f32x4.splat(0.4);
  let x4 = f32x4.splat(0.5);
  let x5 = f32x4.splat(0.6);
  let x6 = f32x4.splat(0.7);
  let x7 = f32x4.splat(0.8);
  let x8 = f32x4.splat(0.9);
  let x9 = f32x4.splat(1.0);
  let x10 = f32x4.splat(1.1);
  let x11 = f32x4.splat(1.2);
  for (let i = 0; i < passes; i++) {
    x0 = f32x4.add(f32x4.mul(x0, a), b);
    x1 = f32x4.add(f32x4.mul(x1, a), b);
    x2 = f32x4.add(f32x4.mul(x2, a), b);
    x3 = f32x4.add(f32x4.mul(x3, a), b);
    x4 = f32x4.add(f32x4.mul(x4, a), b);
    x5 = f32x4.add(f32x4.mul(x5, a), b);
    x6 = f32x4.add(f32x4.mul(x6, a), b);
    x7 = f32x4.add(f32x4.mul(x7, a), b);
    x8 = f32x4.add(f32x4.mul(x8, a), b);
    x9 = f32x4.add(f32x4.mul(x9, a), b);
    x10 = f32x4.add(f32x4.mul(x10, a), b);
    x11 = f32x4.add(f32x4.mul(x11, a), b);
  }
  let sum = f32x4.add(
    f32x4.add(f32x4.add(x0, x1), f32x4.add(x2, x3)),
    f32x4.add(f32x4.add(x4, x5), f32x4.add(x6, x7)),
  );
  sum = f32x4.add(sum, f32x4.add(f32x4.add(x8, x9), f32x4.add(x10, x11)));
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    f32x4.extract_lane(sum, 2) +
    f32x4.extract_lane(sum, 3)
  );
}
