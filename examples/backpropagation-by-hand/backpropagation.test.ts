import { setDevice } from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { loss, toTensorExamples, toTensorLayers } from "./by-autograd.ts";
import { gradientsByHand, initialLayers, lossByHand } from "./by-hand.ts";
import { batches, loadCorpus } from "./corpus.ts";
import { accuracyChart, lossAlong, svg, tangentChart } from "./plots.ts";
import { distance, trainBoth } from "./training.ts";

beforeAll(() => setDevice("reference"));

const corpus = loadCorpus(import.meta.dirname);
const words = corpus.vocabulary.length;
const batch = batches(corpus.train, 30)[0]!;

describe("the corpus", () => {
  it("has as many positive as negative sentences, and none of its test reviews in training", () => {
    expect(corpus.train.inputs.length + corpus.test.inputs.length).toBe(1882);
    const positive = [...corpus.train.labels, ...corpus.test.labels].filter((label) => label === 1).length;
    expect(positive).toBe(941);
    expect(words).toBe(1096);
    expect(corpus.vocabulary).toContain("great");
  });
});

describe.each([
  { name: "log-linear model", sizes: [words, 2] },
  { name: "perceptron with one hidden layer", sizes: [words, 20, 2] },
  { name: "perceptron with three hidden layers", sizes: [words, 7, 6, 5, 2] },
])("$name", ({ sizes }) => {
  it("has the same loss and the same gradients by hand and by autograd", () => {
    const layers = initialLayers(sizes, 3);
    const tensors = toTensorLayers(layers);
    const value = loss(tensors, toTensorExamples(batch));
    value.backward();
    expect(value.item()).toBeCloseTo(lossByHand(layers, batch), 14);
    const gradients = gradientsByHand(layers, batch);
    const largest = Math.max(...gradients.flatMap(({ bias }) => [...bias].map(Math.abs)));
    expect(largest).toBeGreaterThan(1e-3);
    expect(distance(gradients, tensors)).toBeLessThan(1e-15);
  });

  it("has gradients that are tangent to the loss", () => {
    const layers = initialLayers(sizes, 3);
    const column = batch.inputs[0]!.findIndex((count) => count > 0);
    for (let layer = 0; layer < layers.length; layer++) {
      const study = { title: "", layers, layer, row: 0, column: layer === 0 ? column : 0 };
      const [before, after] = [lossAlong(study, batch, 1e-4)[19]!, lossAlong(study, batch, 1e-4)[21]!];
      const slope = (after.loss - before.loss) / (after.weight - before.weight);
      const tangent = (after.tangent - before.tangent) / (after.weight - before.weight);
      expect(Math.abs(slope)).toBeGreaterThan(1e-7);
      expect(Math.abs(slope - tangent)).toBeLessThan(1e-9);
    }
  });
});

describe("training", () => {
  it("the log-linear model reaches the same accuracy in every epoch", () => {
    const settings = { hidden: [], epochs: 10, batchSize: 30, learningRate: 0.05, seed: 1 };
    const outcome = trainBoth(corpus, settings);
    expect(outcome.accuracyByAutograd).toEqual(outcome.accuracyByHand);
    expect(outcome.gradientDistance).toBeLessThan(1e-14);
    expect(outcome.accuracyByHand[0]).toBeLessThan(0.6);
    expect(outcome.accuracyByHand[10]).toBeGreaterThan(0.75);
  });

  it("the perceptron does too", () => {
    const settings = { hidden: [20], epochs: 8, batchSize: 30, learningRate: 1, seed: 1 };
    const outcome = trainBoth(corpus, settings);
    expect(outcome.accuracyByAutograd).toEqual(outcome.accuracyByHand);
    expect(outcome.gradientDistance).toBeLessThan(1e-14);
    expect(outcome.accuracyByHand[8]).toBeGreaterThan(0.68);
  });
});

describe("the charts", () => {
  it("draw", async () => {
    const study = { title: "a weight", layers: initialLayers([words, 2], 1), layer: 0, row: 0, column: 0 };
    expect(await svg(tangentChart([study], batch, 4))).toContain("a weight");
    expect(await svg(accuracyChart([{ name: "model", byHand: [0.5, 1], byAutograd: [0.5, 1] }]))).toContain(
      "model",
    );
  });
});
