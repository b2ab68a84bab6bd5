import { GradbridgeError } from "@gradbridge/random";
import { stack } from "../ops/concat.ts";
import { zerosLike } from "../ops/constant-like.ts";
import { detach } from "../ops/detach.ts";
import { reshape } from "../ops/reshape.ts";
import { tensor } from "../tensor/create.ts";
import { allocateArray } from "../tensor/dtype.ts";
import { formatShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { grad } from "./backward.ts";
import { enableGrad } from "./mode.ts";

/** Copies of the inputs that share their values and require gradients, so that the caller's tensors stay as they are. */
function asLeaves(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((input) => {
    if (input.requiresGrad) return input;
    const leaf = detach(input);
    leaf.requiresGrad = true;
    return leaf;
  });
}

/**
 * fn(...inputs), and the function that pulls a cotangent of the output back to one of each input; zeros for inputs
 * that do not matter. It can be called many times.
 */
export function vjp(
  fn: (...inputs: Tensor[]) => Tensor,
  ...inputs: Tensor[]
): [Tensor, (cotangent?: Tensor) => Tensor[]] {
  const leaves = asLeaves(inputs);
  const output = enableGrad(() => fn(...leaves));
  const pullback = (cotangent?: Tensor): Tensor[] => {
    if (!output.requiresGrad) return leaves.map(zerosLike);
    const options = cotangent === undefined ? {} : { seeds: cotangent };
    return grad(output, leaves, { ...options, retainGraph: true, materialize: true }) as Tensor[];
  };
  return [output, pullback];
}

/**
 * fn(...inputs) and its directional derivative along `tangents`, one per input in its shape. Computed by
 * differentiating the pullback with respect to its cotangent, in which it is linear.
 */
export function jvp(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  tangents: readonly Tensor[],
): [Tensor, Tensor] {
  if (tangents.length !== inputs.length) {
    throw new GradbridgeError(
      "tangents",
      `jvp: ${inputs.length} inputs need ${inputs.length} tangents, got ${tangents.length}.`,
    );
  }
  return enableGrad(() => {
    const leaves = asLeaves(inputs);
    const output = fn(...leaves);
    if (!output.requiresGrad) return [output, zerosLike(output)];
    const cotangent = zerosLike(output);
    cotangent.requiresGrad = true;
    const pulled = grad(output, leaves, {
      seeds: cotangent,
      createGraph: true,
      materialize: true,
    }) as Tensor[];
    const dependent = pulled
      .map((gradient, i) => ({ gradient, tangent: tangents[i] }))
      .filter(({ gradient }) => gradient.requiresGrad);
    if (dependent.length === 0) return [output, zerosLike(output)];
    const [tangent] = grad(
      dependent.map(({ gradient }) => gradient),
      cotangent,
      { seeds: dependent.map((pair) => pair.tangent), retainGraph: true, materialize: true },
    );
    return [output, tangent!];
  });
}

/** ∂output/∂input as [...output shape, ...input shape], one backward pass per output element. */
export function jacobian(
  fn: (input: Tensor) => Tensor,
  input: Tensor,
  options: { createGraph?: boolean } = {},
): Tensor {
  return enableGrad(() => {
    const [leaf] = asLeaves([input]);
    const output = fn(leaf);
    const rows: Tensor[] = [];
    for (let i = 0; i < output.size; i++) {
      const unit = allocateArray(output.dtype, output.size);
      unit[i] = 1;
      const seed = tensor(unit, { shape: output.shape, device: output.device });
      const row = output.requiresGrad
        ? grad(output, leaf, {
            seeds: seed,
            retainGraph: true,
            createGraph: options.createGraph ?? false,
            materialize: true,
          })[0]!
        : zerosLike(leaf);
      rows.push(row);
    }
    if (rows.length === 0)
      return tensor(allocateArray(output.dtype, 0), {
        shape: [...output.shape, ...input.shape],
        device: input.device,
      });
    return reshape(stack(rows), [...output.shape, ...input.shape]);
  });
}

/**
 * The second derivatives of a scalar function, [...input shape, ...input shape].
 * @throws code `shape` where the output has more than one element.
 */
export function hessian(fn: (input: Tensor) => Tensor, input: Tensor): Tensor {
  return jacobian((leaf) => {
    const output = fn(leaf);
    if (!isTensor(output) || output.size !== 1) {
      throw new GradbridgeError(
        "shape",
        `hessian: the function must return one element, got ${formatShape(output.shape)}.`,
      );
    }
    if (!output.requiresGrad) return zerosLike(leaf);
    return grad(output, leaf, { createGraph: true, materialize: true })[0]!;
  }, input);
}
