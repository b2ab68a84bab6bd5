/**
 * Philox 4×32 with ten rounds: four random 32-bit words as a function of a counter of four words and a key of two, with no
 * state, so that any number of environments can draw at once and a draw can be repeated anywhere.
 *
 * Source: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011); agrees with the known
 * answers of their Random123.
 */

const multiplierA = 0xd2511f53;
const multiplierB = 0xcd9e8d57;
const weylA = 0x9e3779b9;
const weylB = 0xbb67ae85;
const rounds = 10;

/** Four words, each 0 … 2³² − 1. */
export type Words = readonly [number, number, number, number];

/** The four random words of a counter under a key. */
export function philox(counter: Words, key: readonly [number, number]): Words {
  let [a, b, c, d] = counter;
  let [keyA, keyB] = key;
  for (let round = 0; round < rounds; round++) {
    const productA = BigInt(multiplierA) * BigInt(a);
    const productB = BigInt(multiplierB) * BigInt(c);
    a = (Number(productB >> 32n) ^ b ^ keyA) >>> 0;
    c = (Number(productA >> 32n) ^ d ^ keyB) >>> 0;
    b = Number(productB & 0xffffffffn);
    d = Number(productA & 0xffffffffn);
    keyA = (keyA + weylA) >>> 0;
    keyB = (keyB + weylB) >>> 0;
  }
  return [a, b, c, d];
}

/** A word as a float32 in [0, 1): its upper 24 bits. */
export function unitOf(word: number): number {
  return (word >>> 8) / 2 ** 24;
}

/** `philox(counter, key)` and `unitOf(word)` in WGSL. */
export const philoxText: string = `
fn upperProduct(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u; let b0 = b & 0xffffu; let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let cross = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (cross >> 16u);
}
fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var w = counter; var k = key;
  for (var round = 0u; round < ${rounds}u; round++) {
    w = vec4u(
      upperProduct(${multiplierB}u, w.z) ^ w.y ^ k.x,
      ${multiplierB}u * w.z,
      upperProduct(${multiplierA}u, w.x) ^ w.w ^ k.y,
      ${multiplierA}u * w.x,
    );
    k += vec2u(${weylA}u, ${weylB}u);
  }
  return w;
}
fn unitOf(word: u32) -> f32 { return f32(word >> 8u) * ${1 / 2 ** 24}; }
`;
