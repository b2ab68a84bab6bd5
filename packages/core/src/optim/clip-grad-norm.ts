import { GradbridgeError } from "@gradbridge/random";
import { noGrad } from "../autograd/mode.ts";
import { add } from "../ops/add.ts";
import { div } from "../ops/div.ts";
import { minimum } from "../ops/maximum.ts";
import { mul } from "../ops/mul.ts";
import { sqrt } from "../ops/sqrt.ts";
import { square } from "../ops/square.ts";
import { sum } from "../ops/sum.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * Scales the gradients of all parameters together so that their joint Euclidean norm is at most `maxNorm`:
 * g ← g · min(1, maxNorm / (norm + 1e-6)), as PyTorch's `clip_grad_norm_`. Stays on the device.
 * @returns the norm before clipping, a scalar tensor; 0 where no parameter has a gradient.
 */
export function clipGradNorm(parameters: readonly Tensor[], maxNorm: number): Tensor {
  if (!(maxNorm > 0))
    throw new GradbridgeError("option", `clipGradNorm: maxNorm must be above 0, got ${maxNorm}.`);
  return noGrad(() => {
    const norm = gradNorm(parameters);
    if (maxNorm === Infinity) return norm;
    const scale = minimum(div(maxNorm, add(norm, 1e-6)), 1);
    for (const parameter of parameters) {
      if (parameter.grad === null) continue;
      parameter.grad = mul(parameter.grad, scale);
      parameter.grad.kept = true;
    }
    return norm;
  });
}

/** The joint Euclidean norm of the gradients of all parameters, a scalar tensor. */
export function gradNorm(parameters: readonly Tensor[]): Tensor {
  return noGrad(() => {
    let total: Tensor | null = null;
    for (const { grad } of parameters) {
      if (grad === null) continue;
      const part = sum(square(grad));
      total = total === null ? part : add(total, part);
    }
    if (total === null) {
      if (parameters.length === 0)
        throw new GradbridgeError("parameters", "gradNorm: the list of parameters is empty.");
      return mul(sum(parameters[0]), 0);
    }
    return sqrt(total);
  });
}
