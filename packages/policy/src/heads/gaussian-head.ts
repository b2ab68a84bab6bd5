import { add, broadcastTo, full, GradbridgeError, mul, split, type Tensor, tanh } from "@gradbridge/core";
import { DiagonalGaussian } from "../distributions/diagonal-gaussian.ts";
import type { Distribution } from "../distributions/distribution.ts";
import { SquashedGaussian } from "../distributions/squashed-gaussian.ts";
import { parameterized } from "../modules/module.ts";
import type { OnnxGraph, OnnxValue } from "../onnx/onnx-graph.ts";
import type { OnnxOutputs } from "../policy.ts";
import { checkSize, type Head, refuseMask } from "./head.ts";

/** Options of {@link gaussianHead} and {@link squashedGaussianHead}. */
export interface GaussianHeadOptions {
  /**
   * Where log σ comes from: a `parameter` of its own, the same in every state, as PPO usually has it; or the
   * `network`, as soft actor-critic has it. Default `parameter`.
   */
  readonly logStd?: "parameter" | "network";
  /** log σ at the start; with `network` it is added to what the network puts out. Default 0. */
  readonly initialLogStd?: number;
  /**
   * Lowest and highest log σ, approached smoothly: m + h tanh(z/h), with m the middle and h half the width, so that
   * its gradient never vanishes altogether as a clamp's does. Default: unlimited; for `squashedGaussianHead` −5 … 2.
   */
  readonly logStdRange?: readonly [low: number, high: number];
}

/**
 * `size` continuous actions, unbounded: outputs `mean` and `logStd`, both [B, size]. Where log σ is a parameter, each
 * row's δ for it adds up.
 * @throws code `size`, `option`
 */
export function gaussianHead(size: number, options: GaussianHeadOptions = {}): Head {
  return continuousHead("gaussian", size, options, (outputs) => new DiagonalGaussian(outputs));
}

/**
 * `size` continuous actions in (−1, 1): outputs as {@link gaussianHead}'s. Actions are those before tanh, see
 * {@link SquashedGaussian}; whoever steps the environment applies tanh and scales to its bounds.
 * @throws code `size`, `option`
 */
export function squashedGaussianHead(size: number, options: GaussianHeadOptions = {}): Head {
  const limited = { logStdRange: [-5, 2] as const, ...options };
  return continuousHead("squashedGaussian", size, limited, (outputs) => new SquashedGaussian(outputs));
}

function continuousHead(
  name: "gaussian" | "squashedGaussian",
  size: number,
  { logStd = "parameter", initialLogStd = 0, logStdRange }: GaussianHeadOptions,
  distribution: (outputs: { readonly mean: Tensor; readonly logStd: Tensor }) => Distribution,
): Head {
  const head = `${name}Head`;
  checkSize(head, "the number of actions", size);
  if (logStd !== "parameter" && logStd !== "network") {
    throw new GradbridgeError("option", `${head}: logStd is "parameter" or "network", got "${logStd}".`);
  }
  const shape = ["batch", size] as const;
  const both = (mean: OnnxValue, logStd: OnnxValue): OnnxOutputs => ({
    mean: { value: mean, shape },
    logStd: { value: logStd, shape },
  });
  const limit = logStdLimit(head, initialLogStd, logStdRange);
  const read = {
    distribution(outputs: { readonly [output: string]: Tensor }, options?: { readonly mask?: Tensor }) {
      refuseMask(head, options);
      return distribution({ mean: outputs.mean!, logStd: outputs.logStd! });
    },
  };
  if (logStd === "network") {
    return {
      name,
      size: 2 * size,
      choices: [],
      create: () => ({
        parameters: parameterized({}),
        outputs(last) {
          const [mean, z] = split(last, size, 1) as [Tensor, Tensor];
          return { mean, logStd: limit.apply(limit.start === 0 ? z : add(z, limit.start)) };
        },
        toOnnx(graph, last) {
          const sizes = graph.integers(size, size);
          const [mean, z] = graph.nodes("Split", [last, sizes], { axis: 1n }, 2) as [OnnxValue, OnnxValue];
          return both(mean, limit.toOnnx(graph, graph.node("Add", [z, graph.number(limit.start)])));
        },
        ...read,
      }),
    };
  }
  return {
    name,
    size,
    choices: [],
    create() {
      const parameter = full([size], limit.start, { requiresGrad: true });
      return {
        parameters: parameterized({ logStd: parameter }),
        outputs: (mean) => ({ mean, logStd: broadcastTo(limit.apply(parameter), mean.shape) }),
        toOnnx(graph, mean) {
          const row = limit.toOnnx(graph, graph.tensor(parameter));
          return both(mean, graph.node("Expand", [row, graph.node("Shape", [mean])]));
        },
        ...read,
      };
    },
  };
}

/** z ↦ log σ, and the z that gives `initial`. */
interface LogStdLimit {
  readonly start: number;
  apply(z: Tensor): Tensor;
  toOnnx(graph: OnnxGraph, z: OnnxValue): OnnxValue;
}

function logStdLimit(
  head: string,
  initial: number,
  range: readonly [number, number] | undefined,
): LogStdLimit {
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  if (!(Number.isFinite(initial) && low < initial && initial < high)) {
    throw new GradbridgeError(
      "option",
      `${head}: initialLogStd must be a number inside ${low} … ${high}, got ${initial}.`,
    );
  }
  if (range === undefined) return { start: initial, apply: (z) => z, toOnnx: (_, z) => z };
  if (!Number.isFinite(low) || !Number.isFinite(high)) {
    throw new GradbridgeError("option", `${head}: logStdRange must be two numbers, got ${low} and ${high}.`);
  }
  const [middle, half] = [(low + high) / 2, (high - low) / 2];
  return {
    start: half * Math.atanh((initial - middle) / half),
    apply: (z) => add(mul(tanh(mul(z, 1 / half)), half), middle),
    toOnnx(graph, z) {
      const bent = graph.node("Tanh", [graph.node("Mul", [z, graph.number(1 / half)])]);
      return graph.node("Add", [graph.node("Mul", [bent, graph.number(half)]), graph.number(middle)]);
    },
  };
}
