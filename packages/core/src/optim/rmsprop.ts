import type { Kernel } from "../devices/kernel.ts";
import { add } from "../ops/add.ts";
import { overwrite } from "../ops/detach.ts";
import { div } from "../ops/div.ts";
import { launchInPlace } from "../ops/launch.ts";
import { maximum } from "../ops/maximum.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import { sub } from "../ops/sub.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkOption, type Optimizer, optimizerFrom } from "./optimizer.ts";

/** Options of {@link rmsprop}. */
export interface RmspropOptions {
  /** Default 1e-2. */
  readonly learningRate?: number;
  /** Decay rate of the running averages, in [0, 1). Default 0.99. */
  readonly alpha?: number;
  /** Added to the root. Default 1e-8. */
  readonly epsilon?: number;
  /** Added to the gradient as weightDecay · parameter. Default 0. */
  readonly weightDecay?: number;
  /** Default 0. */
  readonly momentum?: number;
  /** Divide by the running standard deviation instead of the running root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * RMSprop (Hinton, lecture 6e; `centered`: Graves 2013), as PyTorch's `RMSprop` computes it:
 * s ← α s + (1 − α) g², v ← momentum v + g / (√s + ε), p ← p − learningRate v; `centered`: √(s − m²) in place of √s,
 * with m ← α m + (1 − α) g. Rounding can make s − m² negative; it counts as 0 then (NaN in PyTorch).
 * @throws code `option` for an option out of its range, `parameters` for tensors that are no leaves with gradients.
 */
export function rmsprop(parameters: readonly Tensor[], options: RmspropOptions = {}): Optimizer {
  const {
    learningRate = 1e-2,
    alpha = 0.99,
    epsilon = 1e-8,
    weightDecay = 0,
    momentum = 0,
    centered = false,
  } = options;
  checkOption("rmsprop", "learningRate", learningRate, 0);
  checkOption("rmsprop", "alpha", alpha, 0, 1);
  checkOption("rmsprop", "epsilon", epsilon, 0);
  checkOption("rmsprop", "weightDecay", weightDecay, 0);
  checkOption("rmsprop", "momentum", momentum, 0);
  const withMomentum = momentum === 0 ? [] : ["velocity"];
  return optimizerFrom(
    {
      name: "rmsprop",
      learningRate,
      slots: ["squareAverage", ...(centered ? ["gradientAverage"] : []), ...withMomentum],
      update({ parameter, gradient, slots }, numbers) {
        const [squareAverage, gradientAverage] = slots;
        const g = weightDecay === 0 ? gradient : add(gradient, mul(parameter, weightDecay));
        overwrite(squareAverage, add(mul(squareAverage, alpha), mul(square(g), 1 - alpha)));
        let spread = squareAverage;
        if (centered) {
          overwrite(gradientAverage, add(gradientAverage, mul(sub(g, gradientAverage), 1 - alpha)));
          spread = maximum(sub(squareAverage, square(gradientAverage)), 0);
        }
        const step = div(g, add(sqrt(spread), epsilon));
        const kernel = (): Kernel => ({
          kind: "sgd",
          dtype: parameter.dtype,
          length: parameter.size,
          learningRate: numbers.learningRate,
          momentum,
          dampening: 0,
          weightDecay: 0,
          nesterov: false,
          first: numbers.step === 1,
        });
        launchInPlace(kernel, [step], [parameter, ...slots.slice(slots.length - withMomentum.length)]);
      },
    },
    parameters,
  );
}
