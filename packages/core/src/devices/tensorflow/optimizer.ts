import type { DeviceBuffer } from "../backend.ts";
import type { KernelOf } from "../kernel.ts";
import type { KernelCalls } from "./calls.ts";
import type { TensorInfo } from "./tfjs.ts";

/** One step of stochastic gradient descent. outputs: [parameter] or [parameter, velocity]. */
export function sgd(
  calls: KernelCalls,
  kernel: KernelOf<"sgd">,
  gradient: DeviceBuffer,
  outputs: readonly DeviceBuffer[],
): void {
  const { learningRate, momentum, dampening, weightDecay, nesterov, first } = kernel;
  const gradientTensor = calls.any(gradient);
  const parameter = calls.view(outputs[0]!, gradientTensor.shape);
  let g: TensorInfo = gradientTensor;
  if (weightDecay !== 0) g = calls.binary("Add", g, scaled(calls, parameter, weightDecay));
  let step = g;
  if (momentum !== 0) {
    const velocity = outputs[1]!;
    let v = g;
    if (!first) {
      const old = scaled(calls, calls.view(velocity, g.shape), momentum);
      v = calls.binary("Add", old, scaled(calls, g, 1 - dampening));
    }
    step = nesterov ? calls.binary("Add", g, scaled(calls, v, momentum)) : v;
    const result = calls.binary("Sub", parameter, scaled(calls, step, learningRate));
    calls.store(velocity, v);
    calls.store(outputs[0]!, result);
    return;
  }
  calls.store(outputs[0]!, calls.binary("Sub", parameter, scaled(calls, step, learningRate)));
}

/** One step of Adam (Kingma and Ba 2015; `decoupled`: Loshchilov and Hutter 2019). outputs: [parameter, m, v]. */
export function adam(
  calls: KernelCalls,
  kernel: KernelOf<"adam">,
  gradient: DeviceBuffer,
  outputs: readonly DeviceBuffer[],
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = kernel;
  const gradientTensor = calls.any(gradient);
  const { shape } = gradientTensor;
  let g: TensorInfo = gradientTensor;
  let p: TensorInfo = calls.view(outputs[0]!, shape);
  if (weightDecay !== 0 && decoupled) p = scaled(calls, p, 1 - learningRate * weightDecay);
  if (weightDecay !== 0 && !decoupled) g = calls.binary("Add", g, scaled(calls, p, weightDecay));
  const oldM = calls.view(outputs[1]!, shape);
  const m = calls.binary("Add", oldM, scaled(calls, calls.binary("Sub", g, oldM), 1 - beta1));
  const oldV = scaled(calls, calls.view(outputs[2]!, shape), beta2);
  const v = calls.binary("Add", oldV, scaled(calls, calls.unary("Square", g), 1 - beta2));
  // lr/c₁ · m / (√v/√c₂ + ε) = (lr √c₂ / c₁) · m / (√v + ε √c₂)
  const root = Math.sqrt(kernel.biasCorrection2);
  const denominator = calls.binary("Add", calls.unary("Sqrt", v), calls.scalar(epsilon * root));
  const direction = calls.binary("RealDiv", m, denominator);
  const step = scaled(calls, direction, (learningRate * root) / kernel.biasCorrection1);
  calls.store(outputs[0]!, calls.binary("Sub", p, step));
  calls.store(outputs[1]!, m);
  calls.store(outputs[2]!, v);
}

function scaled(calls: KernelCalls, x: TensorInfo, factor: number): TensorInfo {
  return factor === 1 ? x : calls.binary("Multiply", x, calls.scalar(factor));
}
