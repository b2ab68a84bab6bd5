import { add, div, mean, mul, ones, sqrt, square, sub, zeros } from "@gradbridge/core";
import { checkSizes } from "./initial-parameters.ts";
import { type OnnxModule, parameterized } from "./module.ts";

/** Options of {@link layerNorm}. */
export interface LayerNormOptions {
  /** Added to the variance. Default 1e-5. */
  readonly epsilon?: number;
  /** Whether to scale and shift the result by parameters. Default true. */
  readonly affine?: boolean;
  /** Element type of the parameters. Default `float32`. */
  readonly dtype?: "float32" | "float64";
}

/**
 * Normalises the last axis, x [..., size]: (x − mean)/√(variance + ε) · weight + bias (Ba et al. 2016). Parameters:
 * `weight` [size], 1 at first, and `bias` [size], 0 at first, as in PyTorch.
 * @throws code `size`
 */
export function layerNorm(size: number, options: LayerNormOptions = {}): OnnxModule {
  checkSizes("layerNorm", { size });
  const { epsilon = 1e-5, affine = true, dtype = "float32" } = options;
  const weight = affine ? ones([size], { dtype, requiresGrad: true }) : null;
  const bias = affine ? zeros([size], { dtype, requiresGrad: true }) : null;
  return {
    forward(x) {
      const centered = sub(x, mean(x, -1, { keepDims: true }));
      const variance = mean(square(centered), -1, { keepDims: true });
      const normal = div(centered, sqrt(add(variance, epsilon)));
      return weight === null || bias === null ? normal : add(mul(normal, weight), bias);
    },
    toOnnx(graph, x) {
      const scale = graph.tensor(weight ?? ones([size], { dtype }));
      const given = bias === null ? [x, scale] : [x, scale, graph.tensor(bias)];
      return graph.node("LayerNormalization", given, { axis: -1n, epsilon });
    },
    ...parameterized(weight === null || bias === null ? {} : { weight, bias }),
  };
}
