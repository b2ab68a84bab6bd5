import { GradbridgeError } from "@gradbridge/random";
import type { Kernel } from "../devices/kernel.ts";
import { launchInPlace } from "../ops/launch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOption, type Optimizer, optimizerFrom } from "./optimizer.ts";

/** Options of {@link sgd}. */
export interface SgdOptions {
  readonly learningRate: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Default 0. */
  readonly dampening?: number;
  /** Added to the gradient as weightDecay · parameter. Default 0. */
  readonly weightDecay?: number;
  /** Nesterov's momentum. Default false. */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent with momentum, as PyTorch's `SGD` has it:
 * v ← momentum v + (1 − dampening) g (v ← g at first), p ← p − learningRate v.
 * @throws code `option` for an option out of its range, `parameters` for tensors that are no leaves with gradients.
 */
export function sgd(parameters: readonly Tensor[], options: SgdOptions): Optimizer {
  const { learningRate, momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = options;
  checkOption("sgd", "learningRate", learningRate, 0);
  checkOption("sgd", "momentum", momentum, 0);
  checkOption("sgd", "dampening", dampening, -Infinity);
  checkOption("sgd", "weightDecay", weightDecay, 0);
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw new GradbridgeError(
      "option",
      `sgd: nesterov needs a momentum above 0 and no dampening, got ${momentum} and ${dampening}.`,
    );
  }
  return optimizerFrom(
    {
      name: "sgd",
      learningRate,
      slots: momentum === 0 ? [] : ["velocity"],
      update({ parameter, gradient, slots }, numbers) {
        const kernel = (): Kernel => ({
          kind: "sgd",
          dtype: parameter.dtype,
          length: parameter.size,
          learningRate: numbers.learningRate,
          momentum,
          dampening,
          weightDecay,
          nesterov,
          first: numbers.step === 1,
        });
        launchInPlace(kernel, [gradient], [parameter, ...slots]);
      },
    },
    parameters,
  );
}
