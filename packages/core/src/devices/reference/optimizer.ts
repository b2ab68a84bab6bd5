import type { TypedArray } from "../../tensor/dtype.ts";
import type { KernelOf } from "../kernel.ts";

/** One step of stochastic gradient descent, in place. outputs: [parameter] or [parameter, velocity]. */
export function runSgd(kernel: KernelOf<"sgd">, gradient: TypedArray, outputs: readonly TypedArray[]): void {
  const { learningRate, momentum, dampening, weightDecay, nesterov, first } = kernel;
  const [parameter, velocity] = outputs as [TypedArray, TypedArray | undefined];
  for (let i = 0; i < kernel.length; i++) {
    const p = parameter[i]!;
    let g = gradient[i]! + weightDecay * p;
    if (momentum !== 0) {
      const v = first ? g : momentum * velocity![i]! + (1 - dampening) * g;
      velocity![i] = v;
      g = nesterov ? g + momentum * v : v;
    }
    parameter[i] = p - learningRate * g;
  }
}

/** One step of Adam, in place (Kingma and Ba 2015; `decoupled`: Loshchilov and Hutter 2019). outputs: [parameter, m, v]. */
export function runAdam(
  kernel: KernelOf<"adam">,
  gradient: TypedArray,
  outputs: readonly TypedArray[],
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = kernel;
  const { biasCorrection1, biasCorrection2 } = kernel;
  const [parameter, firstMoment, secondMoment] = outputs as [TypedArray, TypedArray, TypedArray];
  for (let i = 0; i < kernel.length; i++) {
    let p = parameter[i]!;
    let g = gradient[i]!;
    if (decoupled) p *= 1 - learningRate * weightDecay;
    else g += weightDecay * p;
    const m = firstMoment[i]! + (1 - beta1) * (g - firstMoment[i]!);
    const v = beta2 * secondMoment[i]! + (1 - beta2) * g * g;
    firstMoment[i] = m;
    secondMoment[i] = v;
    parameter[i] =
      p - ((learningRate / biasCorrection1) * m) / (Math.sqrt(v) / Math.sqrt(biasCorrection2) + epsilon);
  }
}
