import {
  loss,
  optimizerOf,
  predict,
  type TensorLayer,
  toTensorExamples,
  toTensorLayers,
} from "./by-autograd.ts";
import { descend, gradientsByHand, initialLayers, type Layer, predictByHand } from "./by-hand.ts";
import { batches, type Corpus } from "./corpus.ts";

export interface Settings {
  /** Sizes of the hidden layers; none makes the log-linear model. */
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** What both ways of training gave. */
export interface Outcome {
  /** Share of the test sentences classified rightly: before training, then after every epoch. */
  readonly accuracyByHand: number[];
  readonly accuracyByAutograd: number[];
  /** The largest difference between a gradient by hand and by autograd, over all parameters and steps. */
  readonly gradientDistance: number;
  readonly layers: Layer[];
}

/** Trains the same network twice, batch by batch: with gradients by hand, and by autograd. */
export function trainBoth(corpus: Corpus, settings: Settings): Outcome {
  const { epochs, batchSize, learningRate } = settings;
  const layers = initialLayers([corpus.vocabulary.length, ...settings.hidden, 2], settings.seed);
  const tensorLayers = toTensorLayers(layers);
  const optimizer = optimizerOf(tensorLayers, learningRate);
  const trainBatches = batches(corpus.train, batchSize).map((batch) => ({
    plain: batch,
    tensors: toTensorExamples(batch),
  }));
  const test = toTensorExamples(corpus.test);

  const accuracy = (predictions: number[]): number =>
    predictions.filter((label, m) => label === corpus.test.labels[m]).length / predictions.length;
  const accuracyByHand = [accuracy(predictByHand(layers, corpus.test.inputs))];
  const accuracyByAutograd = [accuracy(predict(tensorLayers, test.inputs))];
  let gradientDistance = 0;

  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { plain, tensors } of trainBatches) {
      const gradients = gradientsByHand(layers, plain);
      descend(layers, gradients, learningRate);

      optimizer.zeroGrad();
      loss(tensorLayers, tensors).backward();
      optimizer.step();

      gradientDistance = Math.max(gradientDistance, distance(gradients, tensorLayers));
    }
    accuracyByHand.push(accuracy(predictByHand(layers, corpus.test.inputs)));
    accuracyByAutograd.push(accuracy(predict(tensorLayers, test.inputs)));
  }
  return { accuracyByHand, accuracyByAutograd, gradientDistance, layers };
}

/** The largest difference between gradients by hand and the `grad` of tensors. */
export function distance(gradients: readonly Layer[], layers: readonly TensorLayer[]): number {
  let worst = 0;
  gradients.forEach(({ weight, bias }, n) => {
    const weightGrad = layers[n]!.weight.grad!.dataSync();
    const biasGrad = layers[n]!.bias.grad!.dataSync();
    weight.forEach((row, j) => {
      row.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - weightGrad[j * row.length + i]!));
      });
    });
    bias.forEach((value, j) => {
      worst = Math.max(worst, Math.abs(value - biasGrad[j]!));
    });
  });
  return worst;
}
