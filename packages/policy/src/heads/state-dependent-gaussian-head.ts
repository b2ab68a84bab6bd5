import { add, detach, exp, full, GradbridgeError, log, matmul, mul, noGrad, square } from "@gradbridge/core";
import { nextNoise, StateDependentGaussian } from "../distributions/state-dependent-gaussian.ts";
import { parameterized } from "../modules/module.ts";
import { checkSize, type Head, refuseMask } from "./head.ts";

/** Options of {@link stateDependentGaussianHead}. */
export interface StateDependentGaussianHeadOptions {
  /** w at the start, the log σ of every weight of the noise. Default 0. */
  readonly initialLogStd?: number;
  /** Steps that one draw of the noise lasts, where `act` is given the noise of the step before. Default 1. */
  readonly resampleEvery?: number;
}

/** Keeps log σ finite where all features are 0 (as Stable-Baselines3 does). */
const leastVariance = 1e-6;

/**
 * `size` continuous actions, unbounded, explored by noise that depends on the state and lasts several steps (Raffin et
 * al. 2020): see {@link StateDependentGaussian}. Outputs: `mean` and `logStd`, both [B, size], and `features` [B, n], the
 * last hidden layer, which no δ is given for. log σ = ½ log(φ² e^{2w} + 1e-6) has a parameter w [n, size]; as in the
 * paper, no gradient of it reaches φ.
 * @throws code `size`, `option`
 */
export function stateDependentGaussianHead(
  size: number,
  options: StateDependentGaussianHeadOptions = {},
): Head {
  const { initialLogStd = 0, resampleEvery = 1 } = options;
  checkSize("stateDependentGaussianHead", "the number of actions", size);
  if (!Number.isFinite(initialLogStd) || !(resampleEvery >= 1)) {
    throw new GradbridgeError(
      "option",
      "stateDependentGaussianHead: initialLogStd must be a number and resampleEvery 1 or more, " +
        `got ${initialLogStd} and ${resampleEvery}.`,
    );
  }
  return {
    name: "stateDependentGaussian",
    size,
    choices: [],
    create(width) {
      const logWeights = full([width, size], initialLogStd, { requiresGrad: true });
      return {
        parameters: parameterized({ logStd: logWeights }),
        outputs(mean, layer) {
          const features = detach(layer);
          const variance = matmul(square(features), exp(mul(logWeights, 2)));
          return { mean, logStd: mul(log(add(variance, leastVariance)), 0.5), features };
        },
        toOnnx(graph, mean, features) {
          const weights = graph.tensor(noGrad(() => exp(mul(logWeights, 2))));
          const squares = graph.node("Mul", [features, features]);
          const variance = graph.node("MatMul", [squares, weights]);
          const logarithm = graph.node("Log", [graph.node("Add", [variance, graph.number(leastVariance)])]);
          const shape = ["batch", size];
          return {
            mean: { value: mean, shape },
            logStd: { value: graph.node("Mul", [logarithm, graph.number(0.5)]), shape },
            features: { value: features, shape: ["batch", width] },
          };
        },
        distribution(outputs, options) {
          refuseMask("stateDependentGaussianHead", options);
          return new StateDependentGaussian(
            { mean: outputs.mean!, logStd: outputs.logStd! },
            {
              features: outputs.features!,
              logWeights,
              ...(options?.noise === undefined ? {} : { noise: options.noise }),
            },
          );
        },
        nextNoise: (rows, generator, previous) =>
          nextNoise(previous, rows * width * size, resampleEvery, generator),
      };
    },
  };
}
