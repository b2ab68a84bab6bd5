/** One optimizer step in place. The formulas are those of `kernel.ts`; the padding after the buffers is updated too. */

/** p ← p − learningRate (g + weightDecay p). */
export function sgdFloat(gradient: usize, parameter: usize, length: i32, learningRate: f32, weightDecay: f32): void {
  const end = parameter + (<usize>length << 2);
  const rate = f32x4.splat(learningRate);
  const decay = f32x4.splat(weightDecay);
  for (; parameter < end; parameter += 16, gradient += 16) {
    const p = v128.load(parameter);
    const g = f32x4.add(v128.load(gradient), f32x4.mul(decay, p));
    v128.store(parameter, f32x4.sub(p, f32x4.mul(rate, g)));
  }
}

/** The velocity becomes momentum · v + fresh · g, on the first step g itself; its old contents are then not read. */
export function sgdMomentumFloat(
  gradient: usize, parameter: usize, velocity: usize, length: i32, learningRate: f32, weightDecay: f32,
  momentum: f32, fresh: f32, nesterov: bool, first: bool,
): void {
  const end = parameter + (<usize>length << 2);
  const rate = f32x4.splat(learningRate);
  const decay = f32x4.splat(weightDecay);
  const momenta = f32x4.splat(momentum);
  const take = f32x4.splat(fresh);
  for (; parameter < end; parameter += 16, gradient += 16, velocity += 16) {
    const p = v128.load(parameter);
    const g = f32x4.add(v128.load(gradient), f32x4.mul(decay, p));
    const v = first ? g : f32x4.add(f32x4.mul(momenta, v128.load(velocity)), f32x4.mul(take, g));
    v128.store(velocity, v);
    const direction = nesterov ? f32x4.add(g, f32x4.mul(momenta, v)) : v;
    v128.store(parameter, f32x4.sub(p, f32x4.mul(rate, direction)));
  }
}

/**
 * `coupledDecay` goes into the gradient, `shrink` = 1 − learningRate · weightDecay multiplies the parameter (1 where not
 * decoupled); `stepSize` = learningRate / biasCorrection1, `rootScale` = 1 / √biasCorrection2.
 */
export function adamFloat(
  gradient: usize, parameter: usize, firstMoment: usize, secondMoment: usize, length: i32, stepSize: f32,
  rest1: f32, beta2: f32, rest2: f32, epsilon: f32, coupledDecay: f32, shrink: f32, rootScale: f32,
): void {
  const end = parameter + (<usize>length << 2);
  const pairsEnd = parameter + ((<usize>length << 2) & ~31);
  const steps = f32x4.splat(stepSize);
  const fresh1 = f32x4.splat(rest1);
  const kept2 = f32x4.splat(beta2);
  const fresh2 = f32x4.splat(rest2);
  const floor = f32x4.splat(epsilon);
  const decay = f32x4.splat(coupledDecay);
  const shrinks = f32x4.splat(shrink);
  const scale = f32x4.splat(rootScale);
  for (; parameter < pairsEnd; parameter += 32, gradient += 32, firstMoment += 32, secondMoment += 32) {
    adamVectors(2, gradient, parameter, firstMoment, secondMoment, steps, fresh1, kept2, fresh2, floor, decay, shrinks, scale);
  }
  for (; parameter < end; parameter += 16, gradient += 16, firstMoment += 16, secondMoment += 16) {
    adamVectors(1, gradient, parameter, firstMoment, secondMoment, steps, fresh1, kept2, fresh2, floor, decay, shrinks, scale);
  }
}

/** One vector or two side by side, loads first and stores last. */
// @ts-ignore: decorator
@inline function adamVectors(
  vectors: i32, gradient: usize, parameter: usize, firstMoment: usize, secondMoment: usize, steps: v128,
  fresh1: v128, kept2: v128, fresh2: v128, floor: v128, decay: v128, shrinks: v128, scale: v128,
): void {
  const zero = f32x4.splat(0.0);
  const p0 = v128.load(parameter);
  const p1 = vectors > 1 ? v128.load(parameter, 16) : zero;
  const g0 = f32x4.add(v128.load(gradient), f32x4.mul(decay, p0));
  const g1 = vectors > 1 ? f32x4.add(v128.load(gradient, 16), f32x4.mul(decay, p1)) : zero;
  const m0 = firstMomentOf(v128.load(firstMoment), g0, fresh1);
  const m1 = vectors > 1 ? firstMomentOf(v128.load(firstMoment, 16), g1, fresh1) : zero;
  const v0 = secondMomentOf(v128.load(secondMoment), g0, kept2, fresh2);
  const v1 = vectors > 1 ? secondMomentOf(v128.load(secondMoment, 16), g1, kept2, fresh2) : zero;
  const q0 = moved(p0, m0, v0, steps, floor, shrinks, scale);
  const q1 = vectors > 1 ? moved(p1, m1, v1, steps, floor, shrinks, scale) : zero;
  v128.store(firstMoment, m0);
  if (vectors > 1) v128.store(firstMoment, m1, 16);
  v128.store(secondMoment, v0);
  if (vectors > 1) v128.store(secondMoment, v1, 16);
  v128.store(parameter, q0);
  if (vectors > 1) v128.store(parameter, q1, 16);
}

// @ts-ignore: decorator
@inline function firstMomentOf(m: v128, g: v128, fresh: v128): v128 {
  return f32x4.add(m, f32x4.mul(fresh, f32x4.sub(g, m)));
}

// @ts-ignore: decorator
@inline function secondMomentOf(v: v128, g: v128, kept: v128, fresh: v128): v128 {
  return f32x4.add(f32x4.mul(kept, v), f32x4.mul(f32x4.mul(fresh, g), g));
}

// @ts-ignore: decorator
@inline function moved(p: v128, m: v128, v: v128, steps: v128, floor: v128, shrinks: v128, scale: v128): v128 {
  const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), scale), floor);
  return f32x4.sub(f32x4.mul(p, shrinks), f32x4.div(f32x4.mul(steps, m), denominator));
}

/** `adamFloat` with its eight numbers, from `stepSize` on, in memory. */
export function adamFromTable(
  numbers: usize, gradient: usize, parameter: usize, firstMoment: usize, secondMoment: usize, length: i32,
): void {
  adamFloat(
    gradient, parameter, firstMoment, secondMoment, length, load<f32>(numbers), load<f32>(numbers, 4),
    load<f32>(numbers, 8), load<f32>(numbers, 12), load<f32>(numbers, 16), load<f32>(numbers, 20),
    load<f32>(numbers, 24), load<f32>(numbers, 28),
  );
}
