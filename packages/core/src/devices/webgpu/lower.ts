import type { ChainKernel } from "../chain.ts";
import type { CustomRun } from "../custom-kernel.ts";
import type { Kernel } from "../kernel.ts";
import { lowerBinary } from "./kernels/binary.ts";
import { lowerChain } from "./kernels/chain.ts";
import { lowerCumsum } from "./kernels/cumsum.ts";
import { lowerCustom } from "./kernels/custom.ts";
import type { KernelLimits } from "./kernels/dense.ts";
import { lowerCast, lowerFill } from "./kernels/fill-cast.ts";
import { lowerMatmul } from "./kernels/matmul.ts";
import { lowerCopy, lowerGather, lowerScatterAdd } from "./kernels/movement.ts";
import { lowerAdam, lowerSgd } from "./kernels/optimizer.ts";
import { lowerReduce } from "./kernels/reduce.ts";
import { lowerSoftmax } from "./kernels/softmax.ts";
import { lowerUnary } from "./kernels/unary.ts";
import { lowerWhere } from "./kernels/where.ts";
import type { Lowering } from "./shader.ts";

/** The passes that make up a kernel. Kernels that differ in numbers only lower to the same shaders and groups. */
export function lower(kernel: Kernel | ChainKernel | CustomRun, limits: KernelLimits): Lowering {
  switch (kernel.kind) {
    case "fill":
      return lowerFill(kernel, limits);
    case "cast":
      return lowerCast(kernel, limits);
    case "unary":
      return lowerUnary(kernel, limits);
    case "binary":
    case "compare":
      return lowerBinary(kernel, limits);
    case "where":
      return lowerWhere(kernel, limits);
    case "reduce":
      return lowerReduce(kernel);
    case "cumsum":
      return lowerCumsum(kernel);
    case "matmul":
      return lowerMatmul(kernel, limits);
    case "copy":
      return lowerCopy(kernel);
    case "gather":
      return lowerGather(kernel);
    case "scatterAdd":
      return lowerScatterAdd(kernel);
    case "softmax":
      return lowerSoftmax(kernel);
    case "sgd":
      return lowerSgd(kernel, limits);
    case "adam":
      return lowerAdam(kernel, limits);
    case "chain":
      return lowerChain(kernel, limits);
    case "custom":
      return lowerCustom(kernel);
    default:
      return kernel satisfies never;
  }
}
