/** What int32 kernels compute where WGSL's own operators say something else (`refuse-integers.ts` has the rules). */
export const integerFunctions: string = `
fn quotient(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  if (y == -1) { return -x; }
  return x / y;
}
fn integerPower(base: i32, exponent: i32) -> i32 {
  if (exponent < 0) {
    if (base == 1) { return 1; }
    if (base == -1) { return select(1, -1, (exponent & 1) == 1); }
    return 0;
  }
  var result = 1; var square = base; var rest = exponent;
  while (rest > 0) {
    if ((rest & 1) == 1) { result *= square; }
    square *= square;
    rest >>= 1u;
  }
  return result;
}
fn truncated(x: f32) -> i32 {
  if ((bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u) { return 0; }
  if (x >= 2147483648.0) { return 2147483647; }
  if (x <= -2147483648.0) { return i32(-2147483648); }
  return i32(x);
}
`;
