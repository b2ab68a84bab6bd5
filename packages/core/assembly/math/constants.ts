/**
 * Constants of vector functions lie in memory, and a splatting load brings them where they are used. Written into the code they
 * would be built anew at every use, of four or five instructions: V8 keeps none in a register over a loop, from Node 24 on, and
 * tanh took 1.6 times as long.
 */

/** Four times the float32 at an address. */
// @ts-ignore: decorator
@inline export function constant(address: usize): v128 {
  return v128.load32_splat(address);
}

/** Four times the i-th float32, or the i-th word, of a table. */
// @ts-ignore: decorator
@inline export function coefficient(table: usize, i: i32): v128 {
  return v128.load32_splat(table + (<usize>i << 2));
}

/** Twice the i-th float64, or the i-th long word, of a table. */
// @ts-ignore: decorator
@inline export function coefficient64(table: usize, i: i32): v128 {
  return v128.load64_splat(table + (<usize>i << 3));
}

export const HALF: usize = memory.data<f32>([0.5]);
export const ONE: usize = memory.data<f32>([1.0]);
export const TWO: usize = memory.data<f32>([2.0]);
export const INFINITY: usize = memory.data<f32>([Infinity]);
export const SIGN_BIT: usize = memory.data<u32>([0x80000000]);
