import { GradbridgeError } from "@gradbridge/core";
import { type Generator, generator } from "@gradbridge/random";
import { linear } from "./linear.ts";
import type { OnnxModule } from "./module.ts";
import { sequential } from "./sequential.ts";

/** Activation functions between layers. */
export type HiddenActivation = "tanh" | "relu" | "sigmoid" | "none";

/** Options of {@link mlp}. */
export interface MlpOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Sizes of the hidden layers. Default [64, 64]. */
  readonly hidden?: readonly number[];
  /** After every hidden layer. Default `tanh`. */
  readonly activation?: HiddenActivation;
  /** Initial weights of all layers; `orthogonal` scales hidden ones by √2 and zeroes biases. Default `orthogonal`. */
  readonly initialization?: "uniform" | "orthogonal";
  /** Scale of the last layer's orthogonal weights. Default 1. */
  readonly outputGain?: number;
  /** Where the initial weights are drawn. Default `generator(0)`. */
  readonly generator?: Generator;
  /** Element type of the parameters. Default `float32`. */
  readonly dtype?: "float32" | "float64";
}

/** A {@link mlp}. */
export interface Mlp extends OnnxModule {
  /** All layers but the last. */
  readonly body: OnnxModule;
  /** The last layer: `forward` is `last.forward(body.forward(x))`. */
  readonly last: OnnxModule;
}

/** A multilayer perceptron: [B, inputs] → [B, outputs], no activation after the last layer. */
export function mlp(options: MlpOptions): Mlp {
  const {
    inputs,
    outputs,
    hidden = [64, 64],
    activation = "tanh",
    outputGain = 1,
    dtype = "float32",
  } = options;
  if (!["tanh", "relu", "sigmoid", "none"].includes(activation)) {
    throw new GradbridgeError(
      "activation",
      `mlp: unknown activation "${activation}". Use tanh, relu, sigmoid or none.`,
    );
  }
  const shared = {
    initialization: options.initialization ?? "orthogonal",
    generator: options.generator ?? generator(0),
    dtype,
  } as const;
  const sizes = [inputs, ...hidden];
  const layers = hidden.map((size, i) =>
    linear(sizes[i]!, size, { ...shared, activation, gain: Math.SQRT2 }),
  );
  const last = linear(sizes[sizes.length - 1]!, outputs, { ...shared, gain: outputGain });
  return {
    ...sequential(...layers, last),
    body: sequential(...layers),
    last,
  };
}
