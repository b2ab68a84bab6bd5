/** The same network, with tensors: the forward pass is all there is to write. */
import {
  affine,
  argmax,
  logSoftmax,
  nllLoss,
  noGrad,
  type Optimizer,
  sgd,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import type { Layer } from "./by-hand.ts";
import type { Examples } from "./corpus.ts";

/** A layer whose parameters are tensors: weight [outputs, inputs], bias [outputs]. */
export interface TensorLayer {
  readonly weight: Tensor;
  readonly bias: Tensor;
}

/** A batch on the device: inputs [M, words], labels int32 [M]. */
export interface TensorExamples {
  readonly inputs: Tensor;
  readonly labels: Tensor;
}

/** Copies of the layers' values, in float64, that collect gradients. */
export function toTensorLayers(layers: readonly Layer[]): TensorLayer[] {
  return layers.map(({ weight, bias }) => ({
    weight: tensor(
      weight.map((row) => [...row]),
      { dtype: "float64", requiresGrad: true },
    ),
    bias: tensor(bias, { requiresGrad: true }),
  }));
}

export function toTensorExamples({ inputs, labels }: Examples): TensorExamples {
  return {
    inputs: tensor(
      inputs.map((row) => [...row]),
      { dtype: "float64" },
    ),
    labels: tensor(labels),
  };
}

/** log p of every class, [M, classes]. */
function logForward(layers: readonly TensorLayer[], inputs: Tensor): Tensor {
  const z = layers.reduce(
    (x, { weight, bias }, n) => affine(x, weight, bias, n < layers.length - 1 ? "sigmoid" : "none"),
    inputs,
  );
  return logSoftmax(z);
}

/** −(1/M) Σ log p(yᵐ | xᵐ), differentiable. */
export function loss(layers: readonly TensorLayer[], { inputs, labels }: TensorExamples): Tensor {
  return nllLoss(logForward(layers, inputs), labels);
}

/** The most probable class of every input. */
export function predict(layers: readonly TensorLayer[], inputs: Tensor): number[] {
  return [...noGrad(() => argmax(logForward(layers, inputs), 1)).dataSync()];
}

export function optimizerOf(layers: readonly TensorLayer[], learningRate: number): Optimizer {
  return sgd(
    layers.flatMap(({ weight, bias }) => [weight, bias]),
    { learningRate },
  );
}
