import type { TypedArray } from "../../tensor/dtype.ts";
import { adamNumbers, adamNumbersWidth, type FusedKernelOf, type KernelOf } from "../kernel.ts";

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
  const numbers = new Float64Array(adamNumbersWidth);
  adamNumbers(kernel, numbers, 0);
  adamStep(kernel.length, gradient, numbers, outputs);
}

/** As {@link runAdam} for each parameter, its numbers being in its row of the table. */
export function runAdamFromTable(
  { lengths }: FusedKernelOf<"adamFromTable">,
  [table, ...gradients]: readonly TypedArray[],
  outputs: readonly TypedArray[],
): void {
  lengths.forEach((length, i) => {
    const numbers = table!.subarray(i * adamNumbersWidth, (i + 1) * adamNumbersWidth);
    adamStep(length, gradients[i]!, numbers, outputs.slice(3 * i, 3 * i + 3));
  });
}

function adamStep(
  length: number,
  gradient: TypedArray,
  numbers: TypedArray,
  outputs: readonly TypedArray[],
): void {
  const [stepSize, fresh1, kept2, fresh2, epsilon, decay, shrink, rootScale] = numbers;
  const [parameter, firstMoment, secondMoment] = outputs as [TypedArray, TypedArray, TypedArray];
  for (let i = 0; i < length; i++) {
    const p = parameter[i]!;
    const g = gradient[i]! + decay! * p;
    const m = firstMoment[i]! + fresh1! * (g - firstMoment[i]!);
    const v = kept2! * secondMoment[i]! + fresh2! * g * g;
    firstMoment[i] = m;
    secondMoment[i] = v;
    parameter[i] = p * shrink! - (stepSize! * m) / (Math.sqrt(v) * rootScale! + epsilon!);
  }
}
