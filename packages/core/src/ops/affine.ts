import { GradbridgeError } from "@gradbridge/random";
import { type Activation, activations } from "../devices/kernel.ts";
import { DTypeError, ShapeError } from "../errors.ts";
import { formatShape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { reluGradient, sigmoidGradient, tanhGradient } from "./activation-gradients.ts";
import { launch } from "./launch.ts";
import { product } from "./matmul.ts";
import { type Operation, perform } from "./operation.ts";
import { reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** y = activation(x Wᵀ + b) in one kernel. */
const operation: Operation<Activation> = {
  name: "affine",
  forward: (inputs, activation) => {
    const [x, weight] = inputs;
    const [n, k] = weight.shape;
    const m = x.size / k;
    return launch(
      {
        kind: "matmul",
        dtype: x.dtype,
        batch: 1,
        m,
        n,
        k,
        transposeA: false,
        transposeB: true,
        batchStrideA: 0,
        batchStrideB: 0,
        bias: inputs.length === 3,
        activation,
      },
      inputs,
      [...x.shape.slice(0, -1), n],
    );
  },
  // with z̄ = ȳ ⊙ activation′:  x̄ = z̄ W,  W̄ = z̄ᵀ x,  b̄ = Σ z̄ over rows
  shared: (c, node) => {
    const { attributes: activation } = node;
    switch (activation) {
      case "none":
        return rows(c);
      case "relu":
        return rows(reluGradient(c, node.output()));
      case "tanh":
        return rows(tanhGradient(c, node.output()));
      case "sigmoid":
        return rows(sigmoidGradient(c, node.output()));
      default:
        return activation satisfies never;
    }
  },
  vjp: (z, node, index) => {
    if (index === 0) return reshape(product(z, node.input(1), false, false), node.inputShapes[0]);
    return index === 1 ? product(z, rows(node.input(0)), true, false) : sum(z, 0);
  },
};

function rows(x: Tensor): Tensor {
  return x.shape.length === 2 ? x : reshape(x, [-1, x.shape[x.shape.length - 1]]);
}

/**
 * activation(x Wᵀ + b), fused into one kernel: the layer of a network.
 * @param x [..., inputs]
 * @param weight [outputs, inputs], as PyTorch stores it
 * @param bias [outputs], or null
 * @returns [..., outputs]
 * @throws code `shape` or `dtype` where they do not fit, `option` for an unknown activation.
 */
export function affine(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  activation: Activation = "none",
): Tensor {
  const inputs = x.shape[x.shape.length - 1];
  if (weight.shape.length !== 2 || x.shape.length < 1 || weight.shape[1] !== inputs) {
    throw new ShapeError(
      `affine: x of shape ${formatShape(x.shape)} does not fit a weight of ${formatShape(weight.shape)} ([outputs, inputs]): ` +
        "x's last axis must have as many elements as the weight has inputs.",
    );
  }
  if (bias !== null && (bias.shape.length !== 1 || sizeOf(bias.shape) !== weight.shape[0])) {
    throw new ShapeError(`affine: the bias must be [${weight.shape[0]}], got ${formatShape(bias.shape)}.`);
  }
  if (x.dtype !== weight.dtype || (bias !== null && bias.dtype !== x.dtype)) {
    throw new DTypeError(
      `affine: x is ${x.dtype}, weight ${weight.dtype}${bias ? `, bias ${bias.dtype}` : ""}. Use cast().`,
    );
  }
  if (!activations.includes(activation)) {
    throw new GradbridgeError(
      "option",
      `affine: unknown activation "${activation}". Use ${activations.map((name) => `"${name}"`).join(", ")}.`,
    );
  }
  return perform(operation, bias === null ? [x, weight] : [x, weight, bias], activation);
}
