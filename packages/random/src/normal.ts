import { log1p32 } from "./log1p32.ts";
import type { PCG64 } from "./pcg64.ts";
import {
  NORMAL_DENSITY,
  NORMAL_DENSITY_32,
  NORMAL_THRESHOLD,
  NORMAL_THRESHOLD_32,
  NORMAL_WIDTH,
  NORMAL_WIDTH_32,
} from "./ziggurat-tables.ts";

/** Where the tail begins: the right edge of the outermost strip. */
const TAIL = 3.654152885361009;
const TAIL_INVERSE = 0.2736612373297583;
const TAIL_32 = Math.fround(TAIL);
const TAIL_INVERSE_32 = Math.fround(TAIL_INVERSE);

/**
 * One draw of the standard normal distribution, by the ziggurat of Marsaglia and Tsang (2000) with 256 strips.
 * Agrees with NumPy's `random_standard_normal`: bits 0–7 choose the strip, bit 8 the sign, bits 9–60 the place in it.
 */
export function standardNormal(bits: PCG64): number {
  for (;;) {
    bits.step();
    const high = bits.output[0];
    const low = bits.output[1];
    const strip = low & 0xff;
    const place = (high & 0x1fffffff) * 0x800000 + (low >>> 9);
    const magnitude = place * NORMAL_WIDTH[strip];
    const x = low & 0x100 ? -magnitude : magnitude;
    if (place < NORMAL_THRESHOLD[strip]) return x;
    if (strip === 0) {
      const beyond = tailExcess(bits);
      return low & 0x20000 ? -(TAIL + beyond) : TAIL + beyond;
    }
    const lower = NORMAL_DENSITY[strip];
    if ((NORMAL_DENSITY[strip - 1] - lower) * bits.nextDouble() + lower < Math.exp(-0.5 * x * x)) return x;
  }
}

/** How far beyond `TAIL` a draw of the tail lies: Marsaglia's (1964) exponential rejection. */
function tailExcess(bits: PCG64): number {
  for (;;) {
    const x = -TAIL_INVERSE * Math.log1p(-bits.nextDouble());
    const y = -Math.log1p(-bits.nextDouble());
    if (y + y > x * x) return x;
  }
}

/**
 * The float32 form: one 32-bit draw, float32 arithmetic throughout. Agrees with NumPy's
 * `standard_normal(dtype=float32)`: bits 0–7 choose the strip, bit 8 the sign, bits 9–31 the place in it.
 */
export function standardNormal32(bits: PCG64): number {
  const { fround } = Math;
  for (;;) {
    const random = bits.nextUint32();
    const strip = random & 0xff;
    const place = random >>> 9;
    const magnitude = fround(place * NORMAL_WIDTH_32[strip]);
    const x = random & 0x100 ? -magnitude : magnitude;
    if (place < NORMAL_THRESHOLD_32[strip]) return x;
    if (strip === 0) {
      const beyond = fround(TAIL_32 + tailExcess32(bits));
      return random & 0x20000 ? -beyond : beyond;
    }
    const lower = NORMAL_DENSITY_32[strip];
    const height = fround(fround(NORMAL_DENSITY_32[strip - 1] - lower) * bits.nextFloat());
    if (fround(height + lower) < Math.exp(-0.5 * x * x)) return x;
  }
}

function tailExcess32(bits: PCG64): number {
  const { fround } = Math;
  for (;;) {
    const x = fround(-TAIL_INVERSE_32 * log1p32(-bits.nextFloat()));
    const y = -log1p32(-bits.nextFloat());
    if (fround(y + y) > fround(x * x)) return x;
  }
}
