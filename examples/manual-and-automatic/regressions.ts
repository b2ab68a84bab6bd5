import {
  bceWithLogitsLoss,
  crossEntropyLoss,
  mseLoss,
  mul,
  noGrad,
  poissonNllLoss,
  sgd,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import {
  bernoulli,
  categorical,
  exponential,
  type Family,
  gamma,
  gaussian,
  mlp,
  negativeBinomial,
  poisson,
} from "@gradbridge/policy";
import { generator } from "@gradbridge/random";

/** What distinguishes one regression from another. The first three fields are all that manual training needs. */
export interface Regression {
  /** Labels: [400, 1], or class numbers, int32 [400]. */
  readonly y: Tensor;
  /** Outputs of the network. */
  readonly outputs: number;
  /** Its inverse link makes ŷ of η̂, and so decides what is minimised. */
  readonly family: Family;
  /** The loss that automatic training differentiates; manual training reports it and nothing more. */
  readonly loss: (etaHat: Tensor, y: Tensor) => Tensor;
  /** The η that made the labels, for comparison: a loss no network should be far above. */
  readonly trueEta: Tensor;
}

/** The names of the regressions: three from the text, four more. */
export const names = [
  "Gaussian",
  "Categorical",
  "Poisson",
  "Bernoulli",
  "Exponential",
  "Gamma",
  "Negative binomial",
] as const;

export interface Data {
  /** [400, 1], uniform in [0, 1). */
  readonly x: Tensor;
  readonly regressions: { readonly [Name in (typeof names)[number]]: Regression };
}

/** 400 points of a sine, seen through seven distributions. */
export function makeData(dtype: "float32" | "float64"): Data {
  const random = generator(2018);
  const points = Array.from({ length: 400 }, () => random.random());
  const sine = points.map((x) => Math.sin(10 * x));
  const column = (values: number[]): Tensor => tensor(values, { shape: [400, 1], dtype });
  const mean = sine.map((s) => 2 * Math.exp(s));
  const classes = sine.map((s) => random.binomial(1, 1 / (1 + Math.exp(-3.5 * s))));
  const meanLoss =
    (family: Family) =>
    (etaHat: Tensor, y: Tensor): Tensor =>
      family.negativeLogLikelihood(etaHat, y).mean();
  const families = { gamma: gamma(5), negativeBinomial: negativeBinomial(4) };

  return {
    x: column(points),
    regressions: {
      Gaussian: {
        y: column(sine.map((s) => random.normal(s, 0.2))),
        outputs: 1,
        family: gaussian(),
        loss: (etaHat, y) => mul(mseLoss(etaHat, y), 0.5),
        trueEta: column(sine),
      },
      Categorical: {
        y: tensor(classes, { dtype: "int32" }),
        outputs: 2,
        family: categorical(2),
        loss: (etaHat, y) => crossEntropyLoss(etaHat, y),
        trueEta: tensor(
          sine.map((s) => [0, 3.5 * s]),
          { dtype },
        ),
      },
      Poisson: {
        y: column(mean.map((m) => random.poisson(m))),
        outputs: 1,
        family: poisson(),
        loss: (etaHat, y) => poissonNllLoss(etaHat, y),
        trueEta: column(mean.map(Math.log)),
      },
      Bernoulli: {
        y: column(classes),
        outputs: 1,
        family: bernoulli(),
        loss: (etaHat, y) => bceWithLogitsLoss(etaHat, y),
        trueEta: column(sine.map((s) => 3.5 * s)),
      },
      Exponential: {
        y: column(mean.map((m) => random.exponential(m))),
        outputs: 1,
        family: exponential(),
        loss: meanLoss(exponential()),
        trueEta: column(mean.map((m) => -1 / m)),
      },
      Gamma: {
        y: column(mean.map((m) => random.gamma(5, m / 5))),
        outputs: 1,
        family: families.gamma,
        loss: meanLoss(families.gamma),
        trueEta: column(mean.map((m) => -5 / m)),
      },
      "Negative binomial": {
        // a Poisson count whose rate is a gamma variable
        y: column(mean.map((m) => random.poisson(random.gamma(4, m / 4)))),
        outputs: 1,
        family: families.negativeBinomial,
        loss: meanLoss(families.negativeBinomial),
        trueEta: column(mean.map((m) => Math.log(m / (m + 4)))),
      },
    },
  };
}

/** What {@link train} returns. */
export interface Fit {
  /** The loss before each step. */
  readonly losses: number[];
  /** ŷ for every x after the last step, [400, outputs]. */
  readonly prediction: Tensor;
}

/** A 1-30-20-k ReLU network and SGD with rate 0.2 over all points, by either way of starting backpropagation. */
export function train(
  x: Tensor,
  regression: Regression,
  { mode, steps }: { mode: "automatic" | "manual"; steps: number },
): Fit {
  const count = x.shape[0]!;
  const { y, outputs, family, loss } = regression; // the three differences, and the loss

  const network = mlp({
    inputs: 1,
    hidden: [30, 20],
    outputs,
    activation: "relu",
    initialization: "uniform", // PyTorch's
    generator: generator(500),
    dtype: x.dtype as "float32" | "float64",
  });
  const optimizer = sgd(network.parameters(), { learningRate: 0.2 });
  const losses: number[] = [];

  for (let step = 0; step < steps; step++) {
    optimizer.zeroGrad();
    const etaHat = family.naturalParameter(network.forward(x));
    if (mode === "automatic") {
      const value = loss(etaHat, y);
      value.backward();
      losses.push(value.item());
    } else {
      // ∂L/∂η̂ = (ŷ − y) / n, and from there on as always
      etaHat.backward(noGrad(() => mul(family.seed(etaHat, y), 1 / count)));
      losses.push(noGrad(() => loss(etaHat, y)).item());
    }
    optimizer.step();
  }
  const prediction = noGrad(() => family.inverseLink(family.naturalParameter(network.forward(x))));
  return { losses, prediction };
}

/** The loss at the η that made the labels. */
export function lossOfTruth({ loss, trueEta, y }: Regression): number {
  return noGrad(() => loss(trueEta, y)).item();
}

/** The median of the last 500 losses: at this rate the loss leaps now and then. */
export function finalLoss({ losses }: Fit): number {
  return losses.slice(-500).sort((a, b) => a - b)[Math.min(250, losses.length >> 1)]!;
}
