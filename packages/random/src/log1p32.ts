const float32 = new Float32Array(1);
const word = new Uint32Array(float32.buffer);
const { fround } = Math;

const LN2_HIGH = fround(6.9313812256e-1);
const LN2_LOW = fround(9.0580006145e-6);
const POLYNOMIAL = new Float32Array([
  6.6666668653e-1, 4.0000000596e-1, 2.8571429849e-1, 2.2222198546e-1, 1.818357259e-1, 1.5313838422e-1,
  1.479819864e-1,
]);

/**
 * log(1 + x) in float32 arithmetic for what a float32 draw can give: x = −m · 2^−24, 0 ≤ m < 2^24.
 *
 * The tails of NumPy's float32 ziggurats return this number, so its rounding shows. Rounding `Math.log1p` would be
 * nearer to the true logarithm but differs from the `log1pf` of glibc up to 2.40 in 7 % of arguments; this agrees
 * with it in all 2^24. (glibc 2.41 rounds correctly, and NumPy's own tails change with it in the last bit.)
 *
 * The method is that of Sun's fdlibm (`s_log1pf.c`, 1993): 1 + x = 2^k (1 + f) with √½ ≤ 1 + f < √2, s = f / (2 + f),
 *
 *     log(1 + f) = f − f²/2 + s (f²/2 + R(s²)),   R a minimax polynomial of s².
 */
export function log1p32(x: number): number {
  if (x === 0) return x;
  let k = 0;
  let f = x;
  if (x <= -0.2928934097290039) {
    float32[0] = 1 + x;
    const mantissa = word[0] & 0x7fffff;
    const isUpperHalf = mantissa >= 0x3504f7;
    k = (word[0] >>> 23) - (isUpperHalf ? 126 : 127);
    word[0] = mantissa | (isUpperHalf ? 0x3f000000 : 0x3f800000);
    f = fround(float32[0] - 1);
    // |f| < 2^−20: two terms of the series are enough.
    if (mantissa === 0 || mantissa >= 0x7ffffd) {
      const half = fround(fround(0.5 * f) * f);
      const bend = fround(half * fround(1 - fround(fround(2 / 3) * f)));
      return scaled(k, fround(bend - fround(k * LN2_LOW)), f);
    }
  }
  const half = fround(fround(0.5 * f) * f);
  const s = fround(f / fround(2 + f));
  const z = fround(s * s);
  let r = 0;
  for (let i = POLYNOMIAL.length - 1; i >= 0; i--) r = fround(z * fround(POLYNOMIAL[i] + r));
  const bend = fround(s * fround(half + r));
  if (k === 0) return fround(f - fround(half - bend));
  return scaled(k, fround(half - fround(bend + fround(k * LN2_LOW))), f);
}

/** k ln 2 + f − below, where `below` has taken the low bits of k ln 2 into account. */
function scaled(k: number, below: number, f: number): number {
  return fround(fround(k * LN2_HIGH) - fround(below - f));
}
