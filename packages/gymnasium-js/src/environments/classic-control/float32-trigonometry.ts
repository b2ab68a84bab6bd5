const { fround } = Math;
/** Beyond this angle NumPy first subtracts multiples of π/2. */
const QUARTER_PI: number = fround(Math.PI / 4);

/**
 * The sine of a float32, rounded as NumPy's float32 kernel rounds it: a polynomial in fused multiply-adds, which
 * differs from the correctly rounded sine in about 3 of 10,000 values.
 *
 * Beyond ±π/4 it is the correctly rounded sine. In: radians, a float32. Out: a float32.
 *
 * Source: the coefficients of `NPY_COEFF_INV…_SINEf` in NumPy 2.
 */
export function float32Sin(x: number): number {
  if (x > QUARTER_PI || x < -QUARTER_PI) return fround(Math.sin(x));
  const s = fround(x * x);
  let sum = fround(2.8404097065504175e-6 * s - 1.9856491417158395e-4);
  sum = fround(sum * s + 8.333397097885609e-3);
  sum = fround(sum * s - 0.1666666716337204);
  return fround(fround(sum * s) * x + x);
}

/** The cosine of a float32, as {@link float32Sin}. Source: the coefficients of `NPY_COEFF_INV…_COSINEf`. */
export function float32Cos(x: number): number {
  if (x > QUARTER_PI || x < -QUARTER_PI) return fround(Math.cos(x));
  const s = fround(x * x);
  let sum = fround(2.4372266125283204e-5 * s - 1.388652017340064e-3);
  sum = fround(sum * s + 4.166661947965622e-2);
  sum = fround(sum * s - 0.5);
  return fround(sum * s + 1);
}
