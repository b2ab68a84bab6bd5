/**
 * x · y + z: one rounding in the relaxed build where the processor has fused multiply-add, two in the baseline build. Every
 * product uses it, so that within one build the same sum has the same bits whichever loop computes it.
 */
// @ts-ignore: decorator
@inline export function multiplyAdd(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, z);
  return f32x4.add(z, f32x4.mul(x, y));
}

/** z − x · y, likewise. */
// @ts-ignore: decorator
@inline export function subtractProduct(x: v128, y: v128, z: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(x, y, z);
  return f32x4.sub(z, f32x4.mul(x, y));
}
