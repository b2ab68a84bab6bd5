import { multiplyAdd } from "../multiply-add";
import { coefficient, constant, ONE, SIGN_BIT } from "./constants";
import { expNormal } from "./exponential";

/** P and Q, from the highest power down. */
const P: usize = memory.data<f32>([
  8.513109060004354e-5, -0.000817564083263278, 0.00520385941490531, -0.02686050906777382, 0.11283715069293976,
  -0.37612634897232056, 1.128379225730896,
]);
const Q: usize = memory.data<f32>([
  0.00019821181194856763, -0.0030654186848551035, 0.022314948961138725, -0.10411316901445389, -0.6369765996932983,
  -1.12779700756073, -0.0001665114687057212,
]);
/** erf is 1 beyond. */
const MOST: usize = memory.data<f32>([4.0]);
/** Where Q takes over from P. */
const SWITCH: usize = memory.data<f32>([0.9]);

/**
 * erf, four lanes at a time. |x| < 0.9: x P(x²), P minimax of degree 6 (relative error 2^-31). Above: 1 − e^Q(|x|),
 * Q the minimax polynomial of degree 6 of log erfc on [0.9, 4] (error 2^-29 of erf); 1 in float32 from 3.92 on.
 */
// @ts-ignore: decorator
@inline export function erf(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = multiplyAdd(coefficient(P, 0), z, coefficient(P, 1));
  p = multiplyAdd(p, z, coefficient(P, 2));
  p = multiplyAdd(p, z, coefficient(P, 3));
  p = multiplyAdd(p, z, coefficient(P, 4));
  p = multiplyAdd(p, z, coefficient(P, 5));
  p = multiplyAdd(p, z, coefficient(P, 6));
  const small = f32x4.mul(p, x);

  const a = f32x4.pmin(magnitude, constant(MOST));
  let q = multiplyAdd(coefficient(Q, 0), a, coefficient(Q, 1));
  q = multiplyAdd(q, a, coefficient(Q, 2));
  q = multiplyAdd(q, a, coefficient(Q, 3));
  q = multiplyAdd(q, a, coefficient(Q, 4));
  q = multiplyAdd(q, a, coefficient(Q, 5));
  q = multiplyAdd(q, a, coefficient(Q, 6));
  const large = f32x4.sub(constant(ONE), expNormal(q));
  const signed = v128.bitselect(x, large, constant(SIGN_BIT));
  return v128.bitselect(small, signed, f32x4.lt(magnitude, constant(SWITCH)));
}
