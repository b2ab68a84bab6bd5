import { log1p32 } from "./log1p32.ts";
import type { PCG64 } from "./pcg64.ts";
import {
  EXPONENTIAL_DENSITY,
  EXPONENTIAL_DENSITY_32,
  EXPONENTIAL_THRESHOLD,
  EXPONENTIAL_THRESHOLD_32,
  EXPONENTIAL_WIDTH,
  EXPONENTIAL_WIDTH_32,
} from "./ziggurat-tables.ts";

/** Where the tail begins: the right edge of the outermost strip. */
const TAIL = 7.69711747013105;
const TAIL_32 = Math.fround(TAIL);

/**
 * One draw of the exponential distribution with mean 1, by the ziggurat of Marsaglia and Tsang (2000) with 256 strips.
 * Agrees with NumPy's `random_standard_exponential`: bits 3–10 choose the strip, bits 11–63 the place in it.
 */
export function standardExponential(bits: PCG64): number {
  for (;;) {
    bits.step();
    const low = bits.output[1];
    const strip = (low >>> 3) & 0xff;
    const place = bits.output[0] * 0x200000 + (low >>> 11);
    const x = place * EXPONENTIAL_WIDTH[strip];
    if (place < EXPONENTIAL_THRESHOLD[strip]) return x;
    // The tail of an exponential is the exponential again.
    if (strip === 0) return TAIL - Math.log1p(-bits.nextDouble());
    const lower = EXPONENTIAL_DENSITY[strip];
    if ((EXPONENTIAL_DENSITY[strip - 1] - lower) * bits.nextDouble() + lower < Math.exp(-x)) return x;
  }
}

/**
 * The float32 form: one 32-bit draw, float32 arithmetic throughout. Agrees with NumPy's
 * `standard_exponential(dtype=float32)`: bits 1–8 choose the strip, bits 9–31 the place in it.
 */
export function standardExponential32(bits: PCG64): number {
  const { fround } = Math;
  for (;;) {
    const random = bits.nextUint32();
    const strip = (random >>> 1) & 0xff;
    const place = random >>> 9;
    const x = fround(place * EXPONENTIAL_WIDTH_32[strip]);
    if (place < EXPONENTIAL_THRESHOLD_32[strip]) return x;
    if (strip === 0) return fround(TAIL_32 - log1p32(-bits.nextFloat()));
    const lower = EXPONENTIAL_DENSITY_32[strip];
    const height = fround(fround(EXPONENTIAL_DENSITY_32[strip - 1] - lower) * bits.nextFloat());
    if (fround(height + lower) < fround(Math.exp(-x))) return x;
  }
}
