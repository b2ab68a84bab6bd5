import { multiplyAdd } from "../multiply-add";
import { expNormal } from "./exponential";

/**
 * erf, four lanes at a time. |x| < 0.9: x P(x²), P minimax of degree 6 (relative error 2^-31). Above: 1 − e^Q(|x|),
 * Q the minimax polynomial of degree 6 of log erfc on [0.9, 4] (error 2^-29 of erf); 1 in float32 from 3.92 on.
 */
// @ts-ignore: decorator
@inline export function erf(x: v128): v128 {
  const magnitude = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = multiplyAdd(f32x4.splat(8.513109060004354e-5), z, f32x4.splat(-0.000817564083263278));
  p = multiplyAdd(p, z, f32x4.splat(0.00520385941490531));
  p = multiplyAdd(p, z, f32x4.splat(-0.02686050906777382));
  p = multiplyAdd(p, z, f32x4.splat(0.11283715069293976));
  p = multiplyAdd(p, z, f32x4.splat(-0.37612634897232056));
  p = multiplyAdd(p, z, f32x4.splat(1.128379225730896));
  const small = f32x4.mul(p, x);

  const a = f32x4.pmin(magnitude, f32x4.splat(4.0));
  let q = multiplyAdd(f32x4.splat(0.00019821181194856763), a, f32x4.splat(-0.0030654186848551035));
  q = multiplyAdd(q, a, f32x4.splat(0.022314948961138725));
  q = multiplyAdd(q, a, f32x4.splat(-0.10411316901445389));
  q = multiplyAdd(q, a, f32x4.splat(-0.6369765996932983));
  q = multiplyAdd(q, a, f32x4.splat(-1.12779700756073));
  q = multiplyAdd(q, a, f32x4.splat(-0.0001665114687057212));
  const large = f32x4.sub(f32x4.splat(1.0), expNormal(q));
  const signed = v128.bitselect(x, large, i32x4.splat(0x80000000));
  return v128.bitselect(small, signed, f32x4.lt(magnitude, f32x4.splat(0.9)));
}
