import { GradbridgeError } from "@gradbridge/random";
import type { Kernel } from "../devices/kernel.ts";
import { launchInPlace } from "../ops/launch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOption, type Optimizer, optimizerFrom } from "./optimizer.ts";

/** Options of {@link adam} and {@link adamW}. */
export interface AdamOptions {
  /** Default 1e-3. */
  readonly learningRate?: number;
  /** Decay rates of the first and second moment. Default [0.9, 0.999]. */
  readonly betas?: readonly [number, number];
  /** Added to the root of the second moment. Default 1e-8. */
  readonly epsilon?: number;
  /** Default 0 for `adam` (added to the gradient), 0.01 for `adamW` (applied to the parameter). */
  readonly weightDecay?: number;
}

function build(
  name: string,
  parameters: readonly Tensor[],
  options: AdamOptions,
  decoupled: boolean,
): Optimizer {
  const {
    learningRate = 1e-3,
    betas = [0.9, 0.999],
    epsilon = 1e-8,
    weightDecay = decoupled ? 0.01 : 0,
  } = options;
  const [beta1, beta2] = betas;
  checkOption(name, "learningRate", learningRate, 0);
  checkOption(name, "betas[0]", beta1, 0, 1);
  checkOption(name, "betas[1]", beta2, 0, 1);
  checkOption(name, "epsilon", epsilon, 0);
  checkOption(name, "weightDecay", weightDecay, 0);
  if (epsilon === 0)
    throw new GradbridgeError(
      "option",
      `${name}: epsilon must be above 0, or a zero gradient divides by zero.`,
    );
  return optimizerFrom(
    {
      name,
      learningRate,
      slots: ["m", "v"],
      update(parameter, gradient, slots, numbers) {
        const kernel = (): Kernel => ({
          kind: "adam",
          dtype: parameter.dtype,
          length: parameter.size,
          learningRate: numbers.learningRate,
          beta1,
          beta2,
          epsilon,
          weightDecay,
          decoupled,
          biasCorrection1: 1 - beta1 ** numbers.step,
          biasCorrection2: 1 - beta2 ** numbers.step,
        });
        launchInPlace(kernel, [gradient], [parameter, ...slots]);
      },
    },
    parameters,
  );
}

/** Adam (Kingma & Ba 2015, Algorithm 1), as PyTorch's `Adam` computes it. */
export function adam(parameters: readonly Tensor[], options: AdamOptions = {}): Optimizer {
  return build("adam", parameters, options, false);
}

/** Adam with decoupled weight decay (Loshchilov & Hutter 2019), as PyTorch's `AdamW` computes it. */
export function adamW(parameters: readonly Tensor[], options: AdamOptions = {}): Optimizer {
  return build("adamW", parameters, options, true);
}
