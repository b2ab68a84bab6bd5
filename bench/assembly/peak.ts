/**
 * As many multiplications and additions as the machine can do on vectors: independent chains, so that none waits for another. The
 * denominators of every "share of the peak". Factor and addend are arguments, because with constants in their place
 * the loop takes up to four times as long from Node 24 on, whose V8 seems to make a vector constant anew at each use.
 */

/** Multiplications and additions, in float32, that one pass of `multiplyAdd` does. */
export const operationsPerPass: i32 = 12 * 4 * 2;

/** The same of one pass of `multiplyAddWide`. */
export const operationsPerWidePass: i32 = 24 * 4 * 2;

/** 24 vectors, where `multiplyAddWide` begins. */
const wideNumbers: usize = memory.data(24 * 16, 32);

/** Where those are: given to `multiplyAddWide` by the caller, because the engine pairs no stores to a constant address. */
export function wideNumbersAddress(): usize {
  return wideNumbers;
}

/** `passes` times x ← x·factor + addend on twelve vectors of 128 bits. Returns their sum, so that nothing can be left out. */
export function multiplyAdd(passes: i32, factor: f32, addend: f32): f32 {
  const a = f32x4.splat(factor);
  const b = f32x4.splat(addend);
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

/**
 * The same on 24 vectors in pairs of neighbours, which an engine with 256-bit operations makes one vector each: twelve chains of
 * those. Elsewhere they do not fit the registers, and it is slow.
 */
export function multiplyAddWide(passes: i32, factor: f32, addend: f32, numbers: usize): f32 {
  const a = f32x4.splat(factor);
  const b = f32x4.splat(addend);
  let x0 = v128.load(numbers, 0);
  let x1 = v128.load(numbers, 16);
  let x2 = v128.load(numbers, 32);
  let x3 = v128.load(numbers, 48);
  let x4 = v128.load(numbers, 64);
  let x5 = v128.load(numbers, 80);
  let x6 = v128.load(numbers, 96);
  let x7 = v128.load(numbers, 112);
  let x8 = v128.load(numbers, 128);
  let x9 = v128.load(numbers, 144);
  let x10 = v128.load(numbers, 160);
  let x11 = v128.load(numbers, 176);
  let x12 = v128.load(numbers, 192);
  let x13 = v128.load(numbers, 208);
  let x14 = v128.load(numbers, 224);
  let x15 = v128.load(numbers, 240);
  let x16 = v128.load(numbers, 256);
  let x17 = v128.load(numbers, 272);
  let x18 = v128.load(numbers, 288);
  let x19 = v128.load(numbers, 304);
  let x20 = v128.load(numbers, 320);
  let x21 = v128.load(numbers, 336);
  let x22 = v128.load(numbers, 352);
  let x23 = v128.load(numbers, 368);
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
    x12 = f32x4.add(f32x4.mul(x12, a), b);
    x13 = f32x4.add(f32x4.mul(x13, a), b);
    x14 = f32x4.add(f32x4.mul(x14, a), b);
    x15 = f32x4.add(f32x4.mul(x15, a), b);
    x16 = f32x4.add(f32x4.mul(x16, a), b);
    x17 = f32x4.add(f32x4.mul(x17, a), b);
    x18 = f32x4.add(f32x4.mul(x18, a), b);
    x19 = f32x4.add(f32x4.mul(x19, a), b);
    x20 = f32x4.add(f32x4.mul(x20, a), b);
    x21 = f32x4.add(f32x4.mul(x21, a), b);
    x22 = f32x4.add(f32x4.mul(x22, a), b);
    x23 = f32x4.add(f32x4.mul(x23, a), b);
  }
  v128.store(numbers, x0, 0);
  v128.store(numbers, x1, 16);
  v128.store(numbers, x2, 32);
  v128.store(numbers, x3, 48);
  v128.store(numbers, x4, 64);
  v128.store(numbers, x5, 80);
  v128.store(numbers, x6, 96);
  v128.store(numbers, x7, 112);
  v128.store(numbers, x8, 128);
  v128.store(numbers, x9, 144);
  v128.store(numbers, x10, 160);
  v128.store(numbers, x11, 176);
  v128.store(numbers, x12, 192);
  v128.store(numbers, x13, 208);
  v128.store(numbers, x14, 224);
  v128.store(numbers, x15, 240);
  v128.store(numbers, x16, 256);
  v128.store(numbers, x17, 272);
  v128.store(numbers, x18, 288);
  v128.store(numbers, x19, 304);
  v128.store(numbers, x20, 320);
  v128.store(numbers, x21, 336);
  v128.store(numbers, x22, 352);
  v128.store(numbers, x23, 368);
  return load<f32>(numbers);
}
