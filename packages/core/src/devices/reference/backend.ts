import { allocateArray, type TypedArray } from "../../tensor/dtype.ts";
import type { Backend, DeviceBuffer } from "../backend.ts";
import type { AnyKernel } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import { runBinary, runCompare, runWhere } from "./binary.ts";
import { runChain } from "./chain.ts";
import { runMatmul } from "./matmul.ts";
import { runCast, runCopy, runFill, runGather, runScatterAdd } from "./movement.ts";
import { runAdam, runAdamFromTable, runSgd } from "./optimizer.ts";
import { runCumsum, runReduce, runSumOfSquares } from "./reduce.ts";
import { runSoftmax } from "./softmax.ts";
import { runUnary } from "./unary.ts";

/** A host typed array. JavaScript's garbage collector reclaims it, so `free` has nothing to do. */
interface ReferenceBuffer extends DeviceBuffer {
  readonly values: TypedArray;
}

/**
 * Plain TypeScript over typed arrays, on float64, float32 and int32: the oracle that every other device is
 * tested against. Each element is computed in double and rounded once when stored; sums and products are
 * accumulated in double.
 *
 * @throws DTypeError from `run`, for a float-only kernel on int32.
 */
export function createReferenceBackend(): Backend {
  const values = (buffer: DeviceBuffer): TypedArray => (buffer as ReferenceBuffer).values;
  return {
    name: "reference",
    dtypes: ["float32", "float64", "int32"],
    allocate: (dtype, length): ReferenceBuffer => ({ dtype, length, values: allocateArray(dtype, length) }),
    free: () => {},
    write: (buffer, source) => values(buffer).set(source),
    read: async (buffer) => values(buffer).slice(),
    readSync: (buffer) => values(buffer).slice(),
    run: (kernel, inputs, outputs) => {
      refuseIntegers(kernel);
      runKernel(kernel, inputs.map(values), outputs.map(values));
    },
    runChain: (chain, inputs, outputs) => {
      refuseIntegers(chain);
      runChain(chain, inputs.map(values), values(outputs[0]!));
    },
    dispose: () => {},
  };
}

function runKernel(kernel: AnyKernel, inputs: readonly TypedArray[], outputs: readonly TypedArray[]): void {
  const x = inputs[0]!;
  const y = outputs[0]!;
  switch (kernel.kind) {
    case "fill":
      runFill(kernel, y);
      break;
    case "cast":
      runCast(kernel, x, y);
      break;
    case "unary":
      runUnary(kernel, x, y);
      break;
    case "binary":
      runBinary(kernel, inputs, y);
      break;
    case "compare":
      runCompare(kernel, inputs, y);
      break;
    case "where":
      runWhere(kernel, inputs, y);
      break;
    case "reduce":
      runReduce(kernel, x, y);
      break;
    case "cumsum":
      runCumsum(kernel, x, y);
      break;
    case "matmul":
      runMatmul(kernel, inputs, y);
      break;
    case "copy":
      runCopy(kernel, x, y);
      break;
    case "gather":
      runGather(kernel, x, inputs[1]!, y);
      break;
    case "scatterAdd":
      runScatterAdd(kernel, x, inputs[1]!, y);
      break;
    case "softmax":
      runSoftmax(kernel, x, y);
      break;
    case "sgd":
      runSgd(kernel, x, outputs);
      break;
    case "adam":
      runAdam(kernel, x, outputs);
      break;
    case "adamFromTable":
      runAdamFromTable(kernel, inputs, outputs);
      break;
    case "sumOfSquares":
      runSumOfSquares(kernel, x, y);
      break;
    default:
      kernel satisfies never;
  }
}
