import { GradbridgeError } from "@gradbridge/random";
import { add } from "../ops/add.ts";
import { mul } from "../ops/mul.ts";
import { sum } from "../ops/sum.ts";
import { tensor } from "../tensor/create.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { grad } from "./backward.ts";
import { enableGrad, noGrad } from "./mode.ts";

/** How closely gradients must agree: |a − n| ≤ absolute + relative |n|. */
export interface GradientTolerance {
  /** Step of the central difference. Default 1e-6. */
  readonly epsilon?: number;
  /** Default 1e-5. */
  readonly absolute?: number;
  /** Default 1e-3. */
  readonly relative?: number;
}

/**
 * Compares the gradients of `fn` with central differences (f(x + ε) − f(x − ε)) / 2ε in every element of every input,
 * for a pseudo-random direction of the output. Inputs are float64 (device `reference`) and require gradients.
 * @returns the largest difference found.
 * @throws code `gradient` naming the first element that disagrees; `dtype` for inputs that are not float64.
 */
export function checkGradient(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  { epsilon = 1e-6, absolute = 1e-5, relative = 1e-3 }: GradientTolerance = {},
): number {
  inputs.forEach((input, i) => {
    if (input.dtype !== "float64") {
      throw new GradbridgeError(
        "dtype",
        `checkGradient: input ${i} is ${input.dtype}; differences need float64 (device "reference").`,
      );
    }
  });
  const output = fn(...inputs);
  const direction = directionFor(output);
  const differentiable = inputs.filter((input) => input.requiresGrad);
  if (differentiable.length === 0)
    throw new GradbridgeError("no-gradient", "checkGradient: no input requires a gradient.");
  const gradients = output.requiresGrad
    ? grad(output, differentiable, { seeds: direction, materialize: true })
    : differentiable.map(() => null);
  const value = (): number => noGrad(() => sum(mul(fn(...inputs), direction)).item());

  let worst = 0;
  differentiable.forEach((input, which) => {
    const analytic = gradients[which]?.dataSync() ?? new Float64Array(input.size);
    const values = input.dataSync();
    for (let i = 0; i < values.length; i++) {
      const numeric = centralDifference(value, input, values, i, epsilon);
      const difference = Math.abs(analytic[i] - numeric);
      if (!(difference <= absolute + relative * Math.abs(numeric))) {
        throw new GradbridgeError(
          "gradient",
          `checkGradient: input ${inputs.indexOf(input)} (${formatShape(input.shape)}), element ${i}: ` +
            `the gradient is ${analytic[i]}, the central difference ${numeric}.`,
        );
      }
      worst = Math.max(worst, difference);
    }
  });
  return worst;
}

/** As {@link checkGradient}, for the gradient of `fn` itself: its derivatives must be written in operations. */
export function checkSecondGradient(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  tolerance: GradientTolerance = {},
): number {
  const differentiable = inputs.filter((input) => input.requiresGrad);
  const first = (...all: Tensor[]): Tensor =>
    enableGrad(() => {
      const output = fn(...all);
      const gradients = grad(output, differentiable, {
        seeds: directionFor(output),
        createGraph: true,
        materialize: true,
      });
      return gradients
        .map((gradient, i) => sum(mul(gradient!, directionFor(gradient!, i + 1))))
        .reduce((total, part) => add(total, part));
    });
  return checkGradient(first, inputs, tolerance);
}

function centralDifference(
  value: () => number,
  input: Tensor,
  values: TypedArray,
  i: number,
  epsilon: number,
): number {
  const original = values[i];
  const at = (x: number): number => {
    values[i] = x;
    noGrad(() => input.assign(values));
    return value();
  };
  const above = at(original + epsilon);
  const below = at(original - epsilon);
  values[i] = original;
  noGrad(() => input.assign(values));
  return (above - below) / (2 * epsilon);
}

/** Fixed numbers in ±(0.5 … 1.5) with no symmetry that could hide an error. */
function directionFor(output: Tensor, salt = 0): Tensor {
  const values = new Float64Array(output.size);
  for (let i = 0; i < values.length; i++) {
    const fraction = ((i + 1) * 0.6180339887498949 + salt * 0.4142135623730951) % 1;
    values[i] = (i % 3 === 2 ? -1 : 1) * (0.5 + fraction);
  }
  return tensor(values, { shape: output.shape, device: output.device });
}
