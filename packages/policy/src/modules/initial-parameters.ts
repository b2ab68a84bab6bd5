import { GradbridgeError, type Tensor, tensor, zeros } from "@gradbridge/core";
import { type Generator, generator as newGenerator } from "@gradbridge/random";
import { orthogonal } from "./orthogonal.ts";

/** How the parameters of a layer start. */
export interface InitialOptions {
  /**
   * `orthogonal` weights with gain `gain` and zero biases, or `uniform` in ±1/√n for weights and biases, PyTorch's
   * default; n is the number of inputs of one output. Default `uniform`.
   */
  readonly initialization?: "uniform" | "orthogonal";
  /** Scale of orthogonal weights. Default 1. */
  readonly gain?: number;
  /** Where they are drawn. Default `generator(0)`. */
  readonly generator?: Generator;
  /** Element type of the parameters. Default `float32`. */
  readonly dtype?: "float32" | "float64";
}

/** Makes the parameters of one layer, in the order they are asked for. */
export interface InitialParameters {
  /** Its first axis counts the outputs; the others together are one row of the matrix that is orthogonal. */
  weight(shape: readonly number[]): Tensor;
  bias(length: number): Tensor;
}

/** @param inputs of one output: n of {@link InitialOptions.initialization} */
export function initialParameters(inputs: number, options: InitialOptions): InitialParameters {
  const { initialization = "uniform", gain = 1, dtype = "float32" } = options;
  const generator = options.generator ?? newGenerator(0);
  const bound = 1 / Math.sqrt(inputs);
  const uniform = (shape: readonly number[]): Tensor => {
    const values = new Float64Array(shape.reduce((product, size) => product * size, 1));
    generator.fillUniform(values, -bound, bound);
    return tensor(values, { shape, dtype, requiresGrad: true });
  };
  if (initialization === "uniform") return { weight: uniform, bias: (length) => uniform([length]) };
  return {
    weight(shape) {
      const [rows, ...row] = shape as [number, ...number[]];
      const columns = row.reduce((product, size) => product * size, 1);
      const values = orthogonal(rows, columns, gain, generator);
      return tensor(values, { shape, dtype, requiresGrad: true });
    },
    bias: (length) => zeros([length], { dtype, requiresGrad: true }),
  };
}

/**
 * Refuses sizes that are no positive integers.
 * @throws code `size`.
 */
export function checkSizes(module: string, sizes: { readonly [name: string]: number }): void {
  for (const [name, size] of Object.entries(sizes)) {
    if (!Number.isInteger(size) || size < 1) {
      throw new GradbridgeError("size", `${module}: ${name} must be a positive integer, got ${size}.`);
    }
  }
}
