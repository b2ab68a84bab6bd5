/** Splits a double into two halves of 26 bits (Veltkamp). */
const SPLITTER = 134217729;

/**
 * a·b + c, rounded once, for numbers that neither overflow nor underflow.
 *
 * The product is exactly `product + productError` (Dekker), the sum with c exactly `sum + sumError` (Knuth); adding
 * both errors to the sum rounds once more only in ties closer than 2⁻¹⁰⁰, which random numbers do not meet.
 */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b;
  const scaledA = SPLITTER * a;
  const highA = scaledA - (scaledA - a);
  const lowA = a - highA;
  const scaledB = SPLITTER * b;
  const highB = scaledB - (scaledB - b);
  const lowB = b - highB;
  const productError = highA * highB - product + highA * lowB + lowA * highB + lowA * lowB;
  const sum = product + c;
  const part = sum - product;
  const sumError = product - (sum - part) + (c - part);
  return sum + (sumError + productError);
}
