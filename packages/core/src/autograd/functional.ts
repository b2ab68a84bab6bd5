import { GradbridgeError } from "@gradbridge/random";
import { DeviceError, DTypeError, ShapeError } from "../errors.ts";
import { stack } from "../ops/concat.ts";
import { zerosLike } from "../ops/constant-like.ts";
import { detach } from "../ops/detach.ts";
import { identity, reshape } from "../ops/reshape.ts";
import { tensor } from "../tensor/create.ts";
import { allocateArray } from "../tensor/dtype.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { grad } from "./backward.ts";
import { enableGrad } from "./mode.ts";

/**
 * A stand-in for each input, so that gradients are those of the arguments alone: not of the same tensor given twice, nor
 * of one that the function captures. Where the input requires a gradient, its stand-in hangs on to it, so that what is
 * computed can be differentiated further.
 */
function standIns(inputs: readonly Tensor[]): Tensor[] {
  return inputs.map((input) => {
    if (input.requiresGrad) return identity(input);
    const leaf = detach(input);
    leaf.requiresGrad = true;
    return leaf;
  });
}

/**
 * fn(...inputs), and the function that pulls a cotangent of the output back to one of each input; zeros for inputs
 * that do not matter. It can be called many times.
 * @throws from the pullback, for a cotangent, as {@link grad} for a seed.
 */
export function vjp(
  fn: (...inputs: Tensor[]) => Tensor,
  ...inputs: Tensor[]
): [Tensor, (cotangent?: Tensor) => Tensor[]] {
  const [leaves, output] = enableGrad(() => {
    const arguments_ = standIns(inputs);
    return [arguments_, fn(...arguments_)] as const;
  });
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
 * @throws code `tangents` for another number of them than of inputs; `shape`, `dtype`, `device` where one does not fit.
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
  tangents.forEach((tangent, i) => {
    checkTangent(tangent, inputs[i], i);
  });
  return enableGrad(() => {
    const leaves = standIns(inputs);
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

function checkTangent(tangent: Tensor, input: Tensor, i: number): void {
  if (!sameShape(tangent.shape, input.shape)) {
    throw new ShapeError(
      `jvp: tangent ${i} has shape ${formatShape(tangent.shape)}, its input ${formatShape(input.shape)}. They must be equal.`,
    );
  }
  if (tangent.dtype !== input.dtype) {
    throw new DTypeError(`jvp: tangent ${i} is ${tangent.dtype}, its input ${input.dtype}. Use cast().`);
  }
  if (tangent.storage.backend !== input.storage.backend) {
    throw new DeviceError(`jvp: tangent ${i} is on ${tangent.device}, its input on ${input.device}.`);
  }
}

/** ∂output/∂input as [...output shape, ...input shape], one backward pass per output element. */
export function jacobian(
  fn: (input: Tensor) => Tensor,
  input: Tensor,
  options: { createGraph?: boolean } = {},
): Tensor {
  return enableGrad(() => {
    const [leaf] = standIns([input]);
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
