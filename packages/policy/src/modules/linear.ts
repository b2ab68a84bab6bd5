import { type Activation, affine } from "@gradbridge/core";
import { checkSizes, type InitialOptions, initialParameters } from "./initial-parameters.ts";
import { type Module, parameterized } from "./module.ts";

/** Options of {@link linear}. */
export interface LinearOptions extends InitialOptions {
  /** Whether to add a bias. Default true. */
  readonly bias?: boolean;
  /** Applied to the result, in the same kernel. Default `none`. */
  readonly activation?: Activation;
}

/**
 * A fully connected layer: activation(x Wᵀ + b), x [..., inputs] → [..., outputs]. Parameters: `weight`
 * [outputs, inputs] and `bias` [outputs], as in PyTorch.
 * @throws code `size`
 */
export function linear(inputs: number, outputs: number, options: LinearOptions = {}): Module {
  checkSizes("linear", { inputs, outputs });
  const { bias: hasBias = true, activation = "none" } = options;
  const initial = initialParameters(inputs, options);
  const weight = initial.weight([outputs, inputs]);
  const bias = hasBias ? initial.bias(outputs) : null;
  return {
    forward: (x) => affine(x, weight, bias, activation),
    ...parameterized(bias === null ? { weight } : { weight, bias }),
  };
}
