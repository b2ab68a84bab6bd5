import { type Conv2dOptions, conv2d as convolve, type Pair } from "@gradbridge/core";
import { activationNode } from "../onnx/onnx-graph.ts";
import { checkSizes, type InitialOptions, initialParameters } from "./initial-parameters.ts";
import { type OnnxModule, parameterized } from "./module.ts";

/** Options of {@link conv2d}. */
export interface Conv2dLayerOptions extends Conv2dOptions, InitialOptions {
  /** Height and width of the window. */
  readonly kernelSize: Pair;
  /** Whether to add a bias. Default true. */
  readonly bias?: boolean;
  /** Applied to the result. Default `none`. */
  readonly activation?: "none" | "relu" | "tanh" | "sigmoid";
}

/**
 * A convolution of images, x [n, channels, height, width] → [n, outputs, height′, width′]. Parameters: `weight`
 * [outputs, channels / groups, kernel height, kernel width] and `bias` [outputs], as in PyTorch.
 * @throws code `size`; `option` and `shape` as core's operation when it is used.
 */
export function conv2d(channels: number, outputs: number, options: Conv2dLayerOptions): OnnxModule {
  const { kernelSize, groups = 1, bias: hasBias = true, activation = "none", ...rest } = options;
  const [height, width] = typeof kernelSize === "number" ? [kernelSize, kernelSize] : kernelSize;
  checkSizes("conv2d", { channels, outputs, groups, "the kernel's height": height, "its width": width });
  checkSizes("conv2d", { "channels / groups": channels / groups });
  const { stride = 1, padding = 0, dilation = 1 } = rest;
  const seen = (channels / groups) * height * width;
  const initial = initialParameters(seen, rest);
  const weight = initial.weight([outputs, channels / groups, height, width]);
  const bias = hasBias ? initial.bias(outputs) : null;
  return {
    forward(x) {
      const y = convolve(x, weight, bias, { stride, padding, dilation, groups });
      return activation === "none" ? y : y[activation]();
    },
    toOnnx(graph, x) {
      const given = [x, ...(bias === null ? [weight] : [weight, bias]).map((one) => graph.tensor(one))];
      const [strides, around, dilations] = [stride, padding, dilation].map(pairOf) as [Two, Two, Two];
      const pads = [...around, ...around]; // before both axes, then behind them
      const y = graph.node("Conv", given, { strides, pads, dilations, group: BigInt(groups) });
      return activationNode(graph, y, activation);
    },
    ...parameterized(bias === null ? { weight } : { weight, bias }),
  };
}

type Two = [bigint, bigint];

function pairOf(value: Pair): Two {
  return typeof value === "number" ? [BigInt(value), BigInt(value)] : [BigInt(value[0]), BigInt(value[1])];
}
