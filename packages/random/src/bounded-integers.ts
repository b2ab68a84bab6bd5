import type { PCG64 } from "./pcg64.ts";

/** How many bits of the stream one draw looks at: NumPy's algorithms differ by the width of the integer type. */
export type IntegerWidth = 1 | 8 | 16 | 32 | 64;

/**
 * Unbiased integers in [0, range], by Lemire's multiply-and-reject method (arXiv:1805.10941), for every width NumPy
 * has. Agrees with NumPy's `random_bounded_uint64`, `random_buffered_bounded_uint16` and their siblings. `range` is
 * the largest value that may come out; a range of 0 draws nothing.
 */
export class BoundedIntegers {
  /** The latest `draw64`: `[high, low]` 32-bit halves. */
  readonly word: Uint32Array = new Uint32Array(2);
  readonly #bits: PCG64;
  /** The lower half of the latest product: `[high, low]`. */
  readonly #left: Uint32Array = new Uint32Array(2);
  // Narrow integers share one 32-bit draw: 2 × 16 bits, 4 × 8 bits or 32 × 1 bit, lowest first.
  #buffer = 0;
  #buffered = 0;

  constructor(bits: PCG64) {
    this.#bits = bits;
  }

  /** Forgets the bits that narrow draws have left over. NumPy does so before each array. */
  startArray(): void {
    this.#buffered = 0;
  }

  /** An integer in [0, range]; `range` < 2^53 and within the width. */
  draw(range: number, width: IntegerWidth): number {
    if (range === 0) return 0;
    switch (width) {
      case 64:
        if (range > 0xffffffff) {
          this.draw64(Math.floor(range / 2 ** 32), range >>> 0);
          return this.word[0] * 2 ** 32 + this.word[1];
        }
        return this.#draw32(range);
      case 32:
        return this.#draw32(range);
      case 16:
        return this.#drawNarrow(range, 16);
      case 8:
        return this.#drawNarrow(range, 8);
      case 1:
        return this.#narrowBits(1);
      default:
        return width satisfies never;
    }
  }

  /** Leaves an integer in [0, rangeHigh · 2^32 + rangeLow] in `word`. */
  draw64(rangeHigh: number, rangeLow: number): void {
    const { word } = this;
    word[0] = 0;
    if (rangeHigh === 0) {
      word[1] = rangeLow === 0 ? 0 : this.#draw32(rangeLow);
      return;
    }
    const { output } = this.#bits;
    const left = this.#left;
    if (rangeHigh === 0xffffffff && rangeLow === 0xffffffff) {
      this.#bits.step();
      word.set(output);
      return;
    }
    const sizeLow = (rangeLow + 1) >>> 0;
    const sizeHigh = sizeLow === 0 ? rangeHigh + 1 : rangeHigh;
    let threshold = -1n;
    for (;;) {
      this.#bits.step();
      this.#multiply(output[0], output[1], sizeHigh, sizeLow);
      // The lower half decides; below `size` it may fall under the threshold 2^64 mod size, and is drawn again.
      if (left[0] > sizeHigh || (left[0] === sizeHigh && left[1] >= sizeLow)) return;
      const size = (BigInt(sizeHigh) << 32n) | BigInt(sizeLow);
      if (threshold < 0n) threshold = (1n << 64n) % size;
      if (((BigInt(left[0]) << 32n) | BigInt(left[1])) >= threshold) return;
    }
  }

  /** Fills with integers in [low, low + range], sums taken modulo 2^64 as the array does. */
  fill64(out: BigInt64Array | BigUint64Array, low: bigint, range: bigint, width: IntegerWidth): void {
    // Written by halves, lowest first as every JavaScript engine stores them, to make no bigint per draw.
    const halves = new Uint32Array(out.buffer, out.byteOffset, 2 * out.length);
    const [rangeHigh, rangeLow] = [Number(range >> 32n), Number(range & 0xffffffffn)];
    const [lowHigh, lowLow] = [Number((low >> 32n) & 0xffffffffn), Number(low & 0xffffffffn)];
    for (let i = 0; i < halves.length; i += 2) {
      if (width === 64) {
        this.draw64(rangeHigh, rangeLow);
      } else {
        this.word[0] = 0;
        this.word[1] = this.draw(rangeLow, width);
      }
      const sum = lowLow + this.word[1];
      halves[i] = sum;
      halves[i + 1] = lowHigh + this.word[0] + (sum > 0xffffffff ? 1 : 0);
    }
  }

  /** A 64 × 64 bit product: the upper 64 bits go to `word`, the lower ones to `#left`. */
  #multiply(xHigh: number, xLow: number, yHigh: number, yLow: number): void {
    const cross1 = Math.imul(xHigh, yLow) >>> 0;
    const cross2 = Math.imul(xLow, yHigh) >>> 0;
    const middle = productHigh(xLow, yLow) + cross1 + cross2;
    const upper =
      productHigh(xHigh, yLow) +
      productHigh(xLow, yHigh) +
      (Math.imul(xHigh, yHigh) >>> 0) +
      Math.floor(middle / 2 ** 32);
    this.word[1] = upper;
    this.word[0] = productHigh(xHigh, yHigh) + Math.floor(upper / 2 ** 32);
    this.#left[0] = middle;
    this.#left[1] = Math.imul(xLow, yLow);
  }

  /** `range` in [1, 2^32 − 1]. */
  #draw32(range: number): number {
    const bits = this.#bits;
    if (range === 0xffffffff) return bits.nextUint32();
    const size = range + 1;
    let random = bits.nextUint32();
    let left = Math.imul(random, size) >>> 0;
    if (left < size) {
      const threshold = (0xffffffff - range) % size;
      while (left < threshold) {
        random = bits.nextUint32();
        left = Math.imul(random, size) >>> 0;
      }
    }
    return productHigh(random, size);
  }

  #drawNarrow(range: number, width: 8 | 16): number {
    const mask = 2 ** width - 1;
    if (range === mask) return this.#narrowBits(width);
    const size = range + 1;
    let product = this.#narrowBits(width) * size;
    if ((product & mask) < size) {
      const threshold = (mask - range) % size;
      while ((product & mask) < threshold) product = this.#narrowBits(width) * size;
    }
    return product >>> width;
  }

  #narrowBits(width: 1 | 8 | 16): number {
    if (this.#buffered === 0) {
      this.#buffer = this.#bits.nextUint32() | 0;
      this.#buffered = 32 / width;
    } else {
      this.#buffer >>>= width;
    }
    this.#buffered--;
    return this.#buffer & (2 ** width - 1);
  }
}

/**
 * The upper 32 bits of the product of two 32-bit integers. The rounded double product is off by less than 2^12 and
 * the lower half is known exactly, so the difference lies within 2^-20 of the whole number wanted: adding a half and
 * truncating rounds to it, and leaves V8 an integer, which it need not box.
 */
function productHigh(a: number, b: number): number {
  return ((a * b - (Math.imul(a, b) >>> 0)) * 2 ** -32 + 0.5) >>> 0;
}
