import { writeFileSync } from "node:fs";
import { setDevice } from "@gradbridge/core";
import { initialLayers } from "./by-hand.ts";
import { batches, loadCorpus } from "./corpus.ts";
import { accuracyChart, svg, tangentChart } from "./plots.ts";
import { trainBoth } from "./training.ts";

await setDevice("reference"); // float64
const corpus = loadCorpus(".");
const words = corpus.vocabulary.length;
console.log(
  `${corpus.train.inputs.length} sentences to train on, ${corpus.test.inputs.length} to test, ${words} words`,
);

const shared = { batchSize: 30, epochs: 20, seed: 1 };
const models = [
  { name: "log-linear", ...shared, hidden: [], learningRate: 0.05 },
  { name: "20 sigmoid units", ...shared, hidden: [20], learningRate: 0.5 },
];
const outcomes = models.map(({ name, ...settings }) => {
  const outcome = trainBoth(corpus, settings);
  console.log(`\n${name}: gradients differ by at most ${outcome.gradientDistance.toExponential(1)}`);
  console.log("epoch  by hand  by autograd");
  outcome.accuracyByHand.forEach((accuracy, epoch) => {
    const percent = [accuracy, outcome.accuracyByAutograd[epoch]!].map((a) =>
      (100 * a).toFixed(2).padStart(8),
    );
    console.log(String(epoch).padStart(5), ...percent);
  });
  return { name, byHand: outcome.accuracyByHand, byAutograd: outcome.accuracyByAutograd };
});

const batch = batches(corpus.train, shared.batchSize)[0]!;
const word = "good"; // one that the batch has: the first layer's gradient is 0 for all others
const column = corpus.vocabulary.indexOf(word);
const logLinear = initialLayers([words, 2], shared.seed);
const perceptron = initialLayers([words, 20, 2], shared.seed);
const studies = [
  { title: `log-linear, word "${word}"`, layers: logLinear, layer: 0, row: 0, column },
  { title: `first layer, word "${word}"`, layers: perceptron, layer: 0, row: 0, column },
  { title: "second layer, unit 0", layers: perceptron, layer: 1, row: 0, column: 0 },
];
writeFileSync("plots/tangents.svg", await svg(tangentChart(studies, batch, 4)));
writeFileSync("plots/accuracy.svg", await svg(accuracyChart(outcomes)));
