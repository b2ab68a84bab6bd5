import { type Activation, affine } from "@gradbridge/core";
import { activationNode } from "../onnx/onnx-graph.ts";
import { checkSizes, type InitialOptions, initialParameters } from "./initial-parameters.ts";
import { type OnnxModule, parameterized } from "./module.ts";

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
export function linear(inputs: number, outputs: number, options: LinearOptions = {}): OnnxModule {
  checkSizes("linear", { inputs, outputs });
  const { bias: hasBias = true, activation = "none" } = options;
  const initial = initialParameters(inputs, options);
  const weight = initial.weight([outputs, inputs]);
  const bias = hasBias ? initial.bias(outputs) : null;
  return {
    forward: (x) => affine(x, weight, bias, activation),
    toOnnx(graph, x) {
      const given = [x, ...(bias === null ? [weight] : [weight, bias]).map((one) => graph.tensor(one))];
      return activationNode(graph, graph.node("Gemm", given, { transB: 1n }), activation);
    },
    ...parameterized(bias === null ? { weight } : { weight, bias }),
  };
}
