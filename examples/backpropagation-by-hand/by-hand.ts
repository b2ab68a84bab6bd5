/**
 * Classification by a network of sigmoid layers and a final softmax, in plain loops: the forward pass, and the gradients
 * by the backpropagation recursion. Without a hidden layer it is the log-linear model.
 *
 * Names follow the text: z is a linear layer's output, z̃ its non-linearity's (here `outputs`), e the error at z.
 */
import { generator } from "@gradbridge/random";
import type { Examples } from "./corpus.ts";

/** z_j = Σᵢ W_ji z̃ᵢ + b_j. `weight[j]` is row j of W. */
export interface Layer {
  readonly weight: Float64Array[];
  readonly bias: Float64Array;
}

/** Layers of the given sizes, [inputs, …hidden, classes]: weights uniform in ±√(6 / (in + out)), biases 0. */
export function initialLayers(sizes: readonly number[], seed: number): Layer[] {
  const random = generator(seed);
  return sizes.slice(1).map((outputs, n) => {
    const inputs = sizes[n]!;
    const bound = Math.sqrt(6 / (inputs + outputs));
    const weight = Array.from({ length: outputs }, () => {
      const row = new Float64Array(inputs);
      random.fillUniform(row, -bound, bound);
      return row;
    });
    return { weight, bias: new Float64Array(outputs) };
  });
}

/** The outputs of every stage for one example, input first, class probabilities last. */
function forward(layers: readonly Layer[], input: Float64Array): Float64Array[] {
  const outputs = [input];
  layers.forEach(({ weight, bias }, n) => {
    const before = outputs[n]!;
    const z = bias.map((b, j) => b + dot(weight[j]!, before));
    outputs.push(n < layers.length - 1 ? z.map((value) => 1 / (1 + Math.exp(-value))) : softmax(z));
  });
  return outputs;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) if (b[i] !== 0) total += a[i]! * b[i]!; // most words are not there
  return total;
}

function softmax(z: Float64Array): Float64Array {
  const largest = Math.max(...z);
  const powers = z.map((value) => Math.exp(value - largest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** −(1/M) Σ log p(yᵐ | xᵐ). */
export function lossByHand(layers: readonly Layer[], { inputs, labels }: Examples): number {
  let total = 0;
  inputs.forEach((input, m) => {
    total -= Math.log(forward(layers, input).at(-1)![labels[m]!]!);
  });
  return total / inputs.length;
}

/** The most probable class of every input. */
export function predictByHand(layers: readonly Layer[], inputs: readonly Float64Array[]): number[] {
  return inputs.map((input) => {
    const p = forward(layers, input).at(-1)!;
    return p.indexOf(Math.max(...p));
  });
}

/** ∂loss/∂W and ∂loss/∂b of every layer, in the layers' own form. */
export function gradientsByHand(layers: readonly Layer[], { inputs, labels }: Examples): Layer[] {
  const gradients = layers.map(({ weight, bias }) => ({
    weight: weight.map((row) => new Float64Array(row.length)),
    bias: new Float64Array(bias.length),
  }));
  const count = inputs.length;

  inputs.forEach((input, m) => {
    const outputs = forward(layers, input);
    // At the last layer e = ∂loss/∂z = z̃ − 1ʸ. (The text writes 1ʸ − z̃ in its algorithm, and −1/M below.)
    let error = outputs.at(-1)!.slice();
    error[labels[m]!]! -= 1;

    for (let n = layers.length - 1; n >= 0; n--) {
      const { weight, bias } = gradients[n]!;
      const before = outputs[n]!;
      // ∂loss/∂W_ji = e_j z̃ᵢ, ∂loss/∂b_j = e_j, averaged over the batch
      error.forEach((e, j) => {
        const row = weight[j]!;
        for (let i = 0; i < row.length; i++) if (before[i] !== 0) row[i]! += (e * before[i]!) / count;
        bias[j]! += e / count;
      });
      // one layer down: through the transposed weights, then through the sigmoid, z̃ (1 − z̃)
      if (n > 0) {
        const above = error;
        error = before.map((output, i) => {
          let sum = 0;
          for (let j = 0; j < above.length; j++) sum += layers[n]!.weight[j]![i]! * above[j]!;
          return sum * output * (1 - output);
        });
      }
    }
  });
  return gradients;
}

/** W ← W − η ∂loss/∂W, b ← b − η ∂loss/∂b, in place. */
export function descend(layers: readonly Layer[], gradients: readonly Layer[], learningRate: number): void {
  layers.forEach(({ weight, bias }, n) => {
    const by = gradients[n]!;
    weight.forEach((row, j) => {
      for (let i = 0; i < row.length; i++) row[i]! -= learningRate * by.weight[j]![i]!;
    });
    for (let j = 0; j < bias.length; j++) bias[j]! -= learningRate * by.bias[j]!;
  });
}
