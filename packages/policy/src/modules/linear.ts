import { type Activation, affine, GradbridgeError, type Tensor, tensor, zeros } from "@gradbridge/core";
import { type Generator, generator } from "@gradbridge/random";
import { type Module, parameterized } from "./module.ts";
import { orthogonal } from "./orthogonal.ts";

/** Options of {@link linear}. */
export interface LinearOptions {
  /** Whether to add a bias, zero at first under `orthogonal`. Default true. */
  readonly bias?: boolean;
  /** Applied to the result, in the same kernel. Default `none`. */
  readonly activation?: Activation;
  /**
   * `orthogonal` with gain `gain`, or `uniform` in ±1/√inputs for weight and bias, PyTorch's default. Default
   * `uniform`.
   */
  readonly initialization?: "uniform" | "orthogonal";
  /** Scale of orthogonal weights. Default 1. */
  readonly gain?: number;
  /** Where the initial weights are drawn. Default `generator(0)`. */
  readonly generator?: Generator;
  /** Element type of the parameters. Default `float32`. */
  readonly dtype?: "float32" | "float64";
}

/**
 * A fully connected layer: activation(x Wᵀ + b), x [..., inputs] → [..., outputs]. Parameters: `weight`
 * [outputs, inputs] and `bias` [outputs], as in PyTorch.
 */
export function linear(inputs: number, outputs: number, options: LinearOptions = {}): Module {
  for (const [name, size] of Object.entries({ inputs, outputs })) {
    if (!Number.isInteger(size) || size < 1) {
      throw new GradbridgeError("size", `linear: ${name} must be a positive integer, got ${size}.`);
    }
  }
  const {
    bias = true,
    activation = "none",
    initialization = "uniform",
    gain = 1,
    dtype = "float32",
  } = options;
  const random = options.generator ?? generator(0);
  const bound = 1 / Math.sqrt(inputs);
  const uniform = (length: number): Float64Array => {
    const values = new Float64Array(length);
    random.fillUniform(values, -bound, bound);
    return values;
  };
  const values =
    initialization === "orthogonal" ? orthogonal(outputs, inputs, gain, random) : uniform(outputs * inputs);
  const weight = tensor(values, { shape: [outputs, inputs], dtype, requiresGrad: true });
  let offset: Tensor | null = null;
  if (bias) {
    offset =
      initialization === "orthogonal"
        ? zeros([outputs], { dtype, requiresGrad: true })
        : tensor(uniform(outputs), { dtype, requiresGrad: true });
  }
  return {
    forward: (x) => affine(x, weight, offset, activation),
    ...parameterized(offset === null ? { weight } : { weight, bias: offset }),
  };
}
