import { GradbridgeError } from "@gradbridge/random";
import { adamNumbers, adamNumbersWidth, type Kernel, type KernelOf } from "../devices/kernel.ts";
import { launchInPlace } from "../ops/launch.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOption, type Optimizer, optimizerFrom, type StepNumbers } from "./optimizer.ts";

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

type AdamSettings = Omit<KernelOf<"adam">, "kind" | "dtype" | "length">;

/** 1 − β₁ᵗ and 1 − β₂ᵗ, computed once for all parameters that are at the same step. */
class BiasCorrections {
  first = 0;
  second = 0;
  #step = 0;
  readonly #beta1: number;
  readonly #beta2: number;

  constructor(beta1: number, beta2: number) {
    this.#beta1 = beta1;
    this.#beta2 = beta2;
  }

  at(step: number): void {
    if (step === this.#step) return;
    this.#step = step;
    this.first = 1 - this.#beta1 ** step;
    this.second = 1 - this.#beta2 ** step;
  }
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
  const corrections = new BiasCorrections(beta1, beta2);
  const settings = (numbers: StepNumbers): AdamSettings => {
    corrections.at(numbers.step);
    const { first, second } = corrections;
    return {
      learningRate: numbers.learningRate,
      beta1,
      beta2,
      epsilon,
      weightDecay,
      decoupled,
      biasCorrection1: first,
      biasCorrection2: second,
    };
  };
  return optimizerFrom(
    {
      name,
      learningRate,
      slots: ["m", "v"],
      update({ parameter, gradient, slots }, numbers) {
        const { dtype, size: length } = parameter;
        const kernel = (): Kernel => ({ kind: "adam", dtype, length, ...settings(numbers) });
        launchInPlace(kernel, [gradient], [parameter, ...slots]);
      },
      together: {
        kind: "adamFromTable",
        width: adamNumbersWidth,
        write: (numbers, table, row) => adamNumbers(settings(numbers), table, row),
        update(due, table) {
          const { dtype } = due[0].parameter;
          launchInPlace(
            { kind: "adamFromTable", dtype, lengths: due.map(({ parameter }) => parameter.size) },
            [table, ...due.map(({ gradient }) => gradient)],
            due.flatMap(({ parameter, slots }) => [parameter, ...slots]),
          );
        },
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
