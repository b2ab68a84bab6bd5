/**
 * Every value of a tutorial on loss functions that can be computed from its numbers. Its random tensors, printed there to
 * four digits, stand in draws.ts in full.
 */
import {
  bceLoss,
  bceWithLogitsLoss,
  crossEntropyLoss,
  div,
  exp,
  gather,
  l1Loss,
  log,
  logSoftmax,
  mseLoss,
  neg,
  nllLoss,
  rmseLoss,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import { logits, prediction, target } from "./draws.ts";

/** One printed value and how it is computed here. */
export interface Value {
  readonly section: string;
  readonly what: string;
  /** As printed, to four digits, row by row. */
  readonly printed: readonly number[];
  readonly compute: () => Tensor;
}

const yhat = () => tensor(prediction);
const y = () => tensor(target);
const firstFour = () => tensor(prediction[0]!.slice(0, 4), { shape: [4, 1] });
const labels = () => tensor([1, 0]);
const predictions = () => tensor([0.9, 0.2]);
const logOdds = (p: number) => Math.log(p / (1 - p));
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the text prints −log 2 to four digits and goes on with that.
const oddsLogits = () => tensor([1.3863, 0, -0.6931]);
const logProbabilities = () => logSoftmax(tensor(logits));
const classes = () => tensor([0, 0, 1, 2, 1], { dtype: "int32" });

export const values: readonly Value[] = [
  {
    section: "2.2",
    what: "softmax",
    printed: [0.3683, 0.2992, 0.3325],
    compute: () => softmax(tensor([prediction[0]!.slice(0, 3)])),
  },
  {
    section: "2.2",
    what: "sum of the softmax",
    printed: [1],
    compute: () => sum(softmax(tensor([prediction[0]!.slice(0, 3)])), 1),
  },
  { section: "2.3", what: "mean squared error", printed: [1.0192], compute: () => mseLoss(yhat(), y()) },
  {
    section: "2.4",
    what: "the prediction",
    printed: [
      0.3367, 0.1288, 0.2345, 0.2303, -1.1229, -0.1863, 2.2082, -0.638, 0.4617, 0.2674, 0.5349, 0.8094,
      1.1103, -1.6898, -0.989,
    ],
    compute: yhat,
  },
  {
    section: "2.4",
    what: "the target",
    printed: [
      0.958, 1.3221, 0.8172, -0.7658, -0.7506, 1.3525, 0.6863, -0.3278, 0.795, 0.2815, 0.0562, 0.5227,
      -0.2384, -0.0499, 0.5263,
    ],
    compute: y,
  },
  { section: "2.4", what: "mean absolute error", printed: [0.8502], compute: () => l1Loss(yhat(), y()) },
  {
    section: "2.5",
    what: "root mean squared error", // the text adds 1e-7 under the root, beyond its printed digits
    printed: [1.0096],
    compute: () => rmseLoss(yhat(), y()),
  },
  {
    section: "2.6",
    what: "cross-entropy of logits",
    printed: [2.6812],
    compute: () => crossEntropyLoss(yhat(), tensor([1, 0, 3], { dtype: "int32" })),
  },
  {
    section: "2.6.1",
    what: "cross-entropy by hand: positive part and negative part",
    printed: [0.1643],
    compute: () => {
      const positive = sum(log(tensor([0.9])));
      const negative = sum(log(sub(1, tensor([0.2]))));
      return neg(div(positive.add(negative), 2));
    },
  },
  {
    section: "2.6.1",
    what: "cross-entropy by hand: Σ t log p + (1 − t) log(1 − p)",
    printed: [0.1643],
    compute: () => {
      const [t, p] = [labels(), predictions()];
      const terms = t.mul(log(p)).add(sub(1, t).mul(log(sub(1, p))));
      return neg(div(sum(terms), 2));
    },
  },
  {
    section: "2.6.2",
    what: "probabilities of the first four logits",
    printed: [0.5834, 0.5322, 0.5583, 0.5573],
    compute: () => sigmoid(firstFour()),
  },
  {
    section: "2.6.2",
    what: "binary cross-entropy of those",
    printed: [0.6741],
    compute: () => bceLoss(sigmoid(firstFour()), tensor([[1], [0], [1], [0]])),
  },
  {
    section: "2.6.2",
    what: "binary cross-entropy, the right way round",
    printed: [0.1643],
    compute: () => bceLoss(predictions(), labels()),
  },
  {
    section: "2.6.2",
    what: "binary cross-entropy, the wrong way round", // −(0.1 · −100 + 0.2 · −100) / 2: log 0 counts as −100
    printed: [15],
    compute: () => bceLoss(labels(), predictions()),
  },
  {
    section: "2.6.3",
    what: "log odds",
    printed: [2.1972, -1.3863],
    compute: () => tensor([logOdds(0.9), logOdds(0.2)]),
  },
  {
    section: "2.6.3",
    what: "binary cross-entropy of the log odds",
    printed: [0.1643],
    compute: () => bceWithLogitsLoss(tensor([logOdds(0.9), logOdds(0.2)]), labels()),
  },
  { section: "2.7.2", what: "odds", printed: [4, 1, 0.5], compute: () => exp(oddsLogits()) },
  {
    section: "2.7.2",
    what: "softmax by hand",
    printed: [0.7273, 0.1818, 0.0909],
    compute: () => div(exp(oddsLogits()), sum(exp(oddsLogits()))),
  },
  {
    section: "2.7.3",
    what: "softmax",
    printed: [0.7273, 0.1818, 0.0909],
    compute: () => softmax(oddsLogits()),
  },
  {
    section: "2.8",
    what: "log of the softmax",
    printed: [-0.3185, -1.7048, -2.3979],
    compute: () => log(softmax(oddsLogits())),
  },
  {
    section: "2.8",
    what: "log-softmax",
    printed: [-0.3185, -1.7048, -2.3979],
    compute: () => logSoftmax(oddsLogits()),
  },
  {
    section: "2.9",
    what: "log-softmax of logits",
    printed: [
      -1.5229, -0.3146, -2.96, -1.7934, -1.0044, -0.7607, -1.2513, -1.0136, -1.0471, -2.6799, -0.2219,
      -2.0367, -1.0728, -1.9098, -0.6737,
    ],
    compute: () => logSoftmax(logProbabilities()),
  },
  {
    section: "2.9.1",
    what: "negative log-likelihood by hand",
    printed: [1.6553],
    compute: () => neg(gather(logProbabilities(), 1, classes().reshape([5, 1])).mean()),
  },
  {
    section: "2.9.2",
    what: "negative log-likelihood",
    printed: [1.6553],
    compute: () => nllLoss(logProbabilities(), classes()),
  },
  {
    section: "2.9.3",
    what: "with twice the weight for class 2",
    printed: [1.7188],
    compute: () => nllLoss(logProbabilities(), classes(), { weight: tensor([1, 1, 2]) }),
  },
  {
    section: "2.9.4",
    what: "without class 2",
    printed: [1.5599],
    compute: () => nllLoss(logProbabilities(), classes(), { ignoreIndex: 2 }),
  },
];
