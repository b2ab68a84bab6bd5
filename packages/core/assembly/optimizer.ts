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
  const steps = f32x4.splat(stepSize);
  const fresh1 = f32x4.splat(rest1);
  const kept2 = f32x4.splat(beta2);
  const fresh2 = f32x4.splat(rest2);
  const floor = f32x4.splat(epsilon);
  const decay = f32x4.splat(coupledDecay);
  const shrinks = f32x4.splat(shrink);
  const scale = f32x4.splat(rootScale);
  for (; parameter < end; parameter += 16, gradient += 16, firstMoment += 16, secondMoment += 16) {
    let p = v128.load(parameter);
    const g = f32x4.add(v128.load(gradient), f32x4.mul(decay, p));
    p = f32x4.mul(p, shrinks);
    let m = v128.load(firstMoment);
    m = f32x4.add(m, f32x4.mul(fresh1, f32x4.sub(g, m)));
    let v = v128.load(secondMoment);
    v = f32x4.add(f32x4.mul(kept2, v), f32x4.mul(f32x4.mul(fresh2, g), g));
    v128.store(firstMoment, m);
    v128.store(secondMoment, v);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v), scale), floor);
    v128.store(parameter, f32x4.sub(p, f32x4.div(f32x4.mul(steps, m), denominator)));
  }
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
