/**
 * Elementary functions in WGSL, where the language's own are too loose (exp to 3 + 2|x| units in the last place, sin to
 * 2^-11, tanh by a formula that overflows) or undefined on NaN and infinities.
 *
 * NaN and infinities are told by their bits, for a shader compiler may assume that there are none; and they are made
 * from bits that it does not know to be constant, for a constant that is not finite is an error in WGSL. Signs and order
 * are taken from the bits too: a device may take subnormal numbers for 0 when it compares.
 * Polynomials and reductions are those of the `wasm` device (`assembly/math`), each explained there.
 */

const numbers = `
var<private> nanBits: u32 = 0x7fc00000u;
var<private> infinityBits: u32 = 0x7f800000u;
fn nan() -> f32 { return bitcast<f32>(nanBits); }
fn infinity() -> f32 { return bitcast<f32>(infinityBits); }
fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn isInfinite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0x7f800000u; }
fn isNumber(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
fn withSign(magnitude: f32, x: f32) -> f32 {
  return bitcast<f32>((bitcast<u32>(magnitude) & 0x7fffffffu) | (bitcast<u32>(x) & 0x80000000u));
}
fn powerOfTwo(n: i32) -> f32 { return bitcast<f32>((n + 127) << 23u); }
fn negated(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ 0x80000000u); }
fn magnitudeOf(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) & 0x7fffffffu); }
fn isZero(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) == 0u; }
fn isNegative(x: f32) -> bool { return (bitcast<u32>(x) & 0x80000000u) != 0u; }
// an integer that compares as x does; the zeros are equal
fn order(x: f32) -> i32 {
  let bits = bitcast<i32>(x);
  return select(bits, -(bits & 0x7fffffff), bits < 0);
}
fn maximum(x: f32, y: f32) -> f32 { return select(y, x, isNaN(x) || (!isNaN(y) && order(x) >= order(y))); }
fn minimum(x: f32, y: f32) -> f32 { return select(y, x, isNaN(x) || (!isNaN(y) && order(x) <= order(y))); }
fn rectified(x: f32) -> f32 { return select(0.0, x, isNaN(x) || order(x) > 0); }
fn signOf(x: f32) -> f32 { return select(withSign(1.0, x), x, isNaN(x) || isZero(x)); }
// the language's own is not defined outside the positive numbers
fn squareRoot(x: f32) -> f32 {
  if (isZero(x) || isNaN(x)) { return x; }
  if (isNegative(x)) { return nan(); }
  if (isInfinite(x)) { return x; }
  return sqrt(x);
}
`;

const exponential = `
// r + r² P(r) = e^r − 1 for |r| ≤ ½ ln 2
fn reducedExpm1(r: f32) -> f32 {
  let p = (((0.0013882516650483012 * r + 0.008366520516574383) * r + 0.04166720062494278) * r + 0.1666654348373413) * r
    + 0.4999999701976776;
  return (r * r) * p + r;
}
fn remainder(x: f32, n: f32) -> f32 { return (x - n * 0.693145751953125) - n * 1.428606765330187e-6; }
fn exponential(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  if (x > 88.8) { return infinity(); }
  if (x < -104.5) { return 0.0; }
  let n = round(x * 1.4426950216293335);
  let y = 1.0 + reducedExpm1(remainder(x, n));
  let half = i32(n) >> 1u;
  return (y * powerOfTwo(half)) * powerOfTwo(i32(n) - half);
}
fn exponentialMinusOne(x: f32) -> f32 {
  if (isNaN(x) || isZero(x)) { return x; }
  if (x > 88.8) { return infinity(); }
  let clamped = max(x, -20.0);
  let n = round(clamped * 1.4426950216293335);
  let q = reducedExpm1(remainder(clamped, n));
  let half = powerOfTwo(i32(n) - 1);
  let y = half * q + (half - 0.5);
  return y + y;
}
fn hyperbolicTangent(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let twice = min(abs(x + x), 20.0);
  let n = round(twice * 1.4426950216293335);
  let q = reducedExpm1(remainder(twice, n));
  let scale = powerOfTwo(i32(n));
  let e = scale * q + (scale - 1.0);
  return withSign(e / (e + 2.0), x);
}
fn logistic(x: f32) -> f32 {
  let e = exponential(-abs(x));
  return select(1.0, e, x < 0.0) / (1.0 + e);
}
`;

const logarithm = `
// log(1 + f) + k ln 2 for √½ ≤ 1 + f < √2
fn logOfFraction(f: f32, k: f32) -> f32 {
  let s = f / (f + 2.0);
  let z = s * s;
  let p = ((0.29872560501098633 * z + 0.3997751772403717) * z + 0.6666677594184875) * z;
  let halfSquare = 0.5 * f * f;
  let tail = s * (halfSquare + p) + k * 1.428606765330187e-6;
  return k * 0.693145751953125 - ((halfSquare - tail) - f);
}
// of a normal positive number; shift is added to the exponent
fn logOfNormal(v: f32, shift: i32) -> f32 {
  let bits = bitcast<i32>(v) - 0x3f3504f3;
  return logOfFraction(bitcast<f32>((bits & 0x007fffff) + 0x3f3504f3) - 1.0, f32((bits >> 23u) + shift));
}
// x = 2^k f32(bits), also where the device would flush a subnormal x to 0
fn logarithm(x: f32) -> f32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) == 0u) { return -infinity(); }
  if (bits > 0x7f800000u) { return nan(); }
  if (bits == 0x7f800000u) { return x; }
  if (bits < 0x00800000u) { return logOfNormal(f32(bits), -149); }
  return logOfNormal(x, 0);
}
// near 0 the part of x that 1 + x loses counts: there 1 + x has no exponent to take out, and x itself is the fraction
fn logarithmOfOnePlus(x: f32) -> f32 {
  if (isZero(x) || isNaN(x)) { return x; }
  if (x == -1.0) { return -infinity(); }
  if (x < -1.0) { return nan(); }
  if (isInfinite(x)) { return x; }
  if (x > -0.29 && x < 0.41) { return logOfFraction(x, 0.0); }
  return logOfNormal(1.0 + x, 0);
}
fn softPlus(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  return max(x, 0.0) + logarithmOfOnePlus(exponential(-abs(x)));
}
`;

const errorFunction = `
fn errorFunction(x: f32) -> f32 {
  if (isNaN(x)) { return x; }
  let magnitude = abs(x);
  if (magnitude < 0.9) {
    let z = x * x;
    return x * ((((((8.513109060004354e-5 * z - 0.000817564083263278) * z + 0.00520385941490531) * z
      - 0.02686050906777382) * z + 0.11283715069293976) * z - 0.37612634897232056) * z + 1.128379225730896);
  }
  let a = min(magnitude, 4.0);
  let q = (((((0.00019821181194856763 * a - 0.0030654186848551035) * a + 0.022314948961138725) * a
    - 0.10411316901445389) * a - 0.6369765996932983) * a - 1.12779700756073) * a - 0.0001665114687057212;
  return withSign(1.0 - exponential(q), x);
}
`;

const trigonometry = `
const twoOverPi = array<u32, 11>(0u, 0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u,
  0xfe5163abu, 0xdebbc561u, 0xb7246e3au, 0x424dd2e0u);
// the upper half of a 32 × 32-bit product
fn highProduct(a: u32, b: u32) -> u32 {
  let a0 = a & 0xffffu; let a1 = a >> 16u; let b0 = b & 0xffffu; let b1 = b >> 16u;
  let middle = a1 * b0 + ((a0 * b0) >> 16u);
  let cross = a0 * b1 + (middle & 0xffffu);
  return a1 * b1 + (middle >> 16u) + (cross >> 16u);
}
// 32 bits of 2/π from bit 'start' on
fn bitsOfTwoOverPi(start: u32) -> u32 {
  let word = start >> 5u; let shift = start & 31u;
  if (shift == 0u) { return twoOverPi[word]; }
  return (twoOverPi[word] << shift) | (twoOverPi[word + 1u] >> (32u - shift));
}
// sin(r + q π/2) for |r| ≤ π/4
fn sinOfQuadrant(r: f32, q: i32) -> f32 {
  let z = r * r;
  var y: f32;
  if ((q & 1) == 0) {
    y = r + r * z * (((2.71823785067791e-6 * z - 0.00019839327203315365) * z + 0.008333329362505928) * z - 0.16666666641428682);
  } else {
    y = 1.0 + z * (((2.438964047427004e-5 * z - 0.0013886755396909519) * z + 0.04166662306709447) * z - 0.49999999722931915);
  }
  return select(y, -y, (q & 2) != 0);
}
// sin(x + quarters π/2): below 2^12 three parts of π/2, beyond the bits of 2/π (Payne and Hanek 1983)
fn turn(x: f32, quarters: i32) -> f32 {
  if (!isNumber(x)) { return nan(); }
  if (abs(x) < 4096.0) {
    let n = round(x * 0.6366197723675814);
    let r = ((x - n * 1.5703125) - n * 4.837512969970703e-4) - n * 7.549789954891885e-8;
    return sinOfQuadrant(r, i32(n) + quarters);
  }
  let bits = bitcast<u32>(x);
  let mantissa = (bits & 0x007fffffu) | 0x00800000u;
  let start = ((bits >> 23u) & 0xffu) - 150u + 30u;
  // mantissa × 96 bits, of which the upper 64 after the lowest 32 matter
  let w0 = bitsOfTwoOverPi(start); let w1 = bitsOfTwoOverPi(start + 32u); let w2 = bitsOfTwoOverPi(start + 64u);
  let carried = highProduct(mantissa, w2);
  let low = mantissa * w1 + carried;
  let high = mantissa * w0 + highProduct(mantissa, w1) + select(0u, 1u, low < carried);
  let n = (high + 0x20000000u) >> 30u;
  let whole = bitcast<i32>(high - (n << 30u));
  let r = (f32(whole) + f32(low) * 2.3283064365386963e-10) * 1.4629180792671596e-9;
  let q = select(i32(n), -i32(n), x < 0.0);
  return sinOfQuadrant(withSign(1.0, x) * r, q + quarters);
}
`;

const power = `
struct Pair { high: f32, low: f32 }
// the first 12 bits: products of two such numbers are exact. Taken from the bits, so that no compiler simplifies a
// difference in which it occurs, as it may simplify (1 + x) − 1
fn upperBits(a: f32) -> f32 { return bitcast<f32>(bitcast<u32>(a) & 0xfffff000u); }
// log2 of a finite x > 0 in two parts, the first of 12 bits, to 2^-30 of itself
fn logarithmToTwo(x: f32) -> Pair {
  var bits = bitcast<i32>(x); var shift = 0;
  if (bits < 0x00800000) { bits = bitcast<i32>(f32(bits)); shift = -149; }
  bits -= 0x3f3504f3;
  let k = f32((bits >> 23u) + shift);
  let m = bitcast<f32>((bits & 0x007fffff) + 0x3f3504f3);
  let numerator = m - 1.0;
  let denominator = m + 1.0;
  let denominatorHigh = upperBits(denominator);
  let denominatorLow = m - (denominatorHigh - 1.0);
  let s = numerator / denominator;
  let sHigh = upperBits(s);
  let sLow = ((numerator - sHigh * denominatorHigh) - sHigh * denominatorLow) / denominator;
  let z = s * s;
  let tail = s * z * ((((0.28292090595468833 * z + 0.3199043221052746) * z + 0.4122092838779623) * z
    + 0.577077942074736) * z + 0.9617966941142595);
  let main = sHigh * 2.884765625;
  let rest = (sHigh * 0.000624456777926774 + sLow * 2.8853900817779268) + tail;
  let high = upperBits(k + (main + rest));
  return Pair(high, ((k - high) + main) + rest);
}
fn raised(x: f32, y: f32) -> f32 {
  if (x == 1.0 || isZero(y)) { return 1.0; }
  if (isNaN(x) || isNaN(y)) { return nan(); }
  let magnitude = abs(x);
  if (magnitude == 1.0 && isInfinite(y)) { return 1.0; }
  // a subnormal y, which a device may take for 0, is no whole number
  let whole = isInfinite(y) || abs(y) >= 8388608.0 || (floor(y) == y && abs(y) >= 1.0);
  let odd = abs(y) < 16777216.0 && whole && (i32(y) & 1) == 1;
  let negative = isNegative(x);
  let zero = isZero(x);
  if (negative && !zero && !isInfinite(x) && !whole) { return nan(); }
  var result: f32;
  if (zero || isInfinite(x)) {
    result = select(0.0, infinity(), zero == (y < 0.0));
  } else if (isInfinite(y)) {
    result = select(0.0, infinity(), (magnitude > 1.0) == (y > 0.0));
  } else {
    let l = logarithmToTwo(magnitude);
    let rough = y * l.high + y * l.low;
    if (rough >= 128.5) { result = infinity(); }
    else if (rough < -151.0) { result = 0.0; }
    else {
      let n = round(rough);
      let yHigh = upperBits(y);
      let r = ((yHigh * l.high - n) + (y - yHigh) * l.high) + y * l.low;
      let p = 1.0 + r * ((((((1.5201931325124165e-5 * r + 0.00015469291422078613) * r + 0.00133339225304137) * r
        + 0.009618027252274423) * r + 0.055504103534707534) * r + 0.24022651198181597) * r + 0.6931471807284488);
      let half = i32(n) >> 1u;
      result = (p * powerOfTwo(half)) * powerOfTwo(i32(n) - half);
    }
  }
  return select(result, -result, negative && odd);
}
`;

/** Every function above, for shaders that need some: what a shader does not call costs nothing once compiled. */
export const elementaryFunctions: string =
  numbers + exponential + logarithm + errorFunction + trigonometry + power;

/** Only the tests for NaN and the extrema that keep it. */
export const numberFunctions: string = numbers;
