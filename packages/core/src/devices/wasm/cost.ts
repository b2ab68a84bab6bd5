import { sizeOf } from "../../tensor/shape.ts";
import type { ChainStep } from "../chain.ts";
import type { BinaryOp, CompareOp, UnaryOp } from "../kernel.ts";
import type { WasmKernel } from "./launch.ts";

/** An elementwise kernel, or a step of a chain. */
type Operation = Pick<ChainStep, "kind"> & { readonly op?: BinaryOp | CompareOp | UnaryOp };

/** Operations whose elements cost about a nanosecond each. */
const functions: ReadonlySet<Operation["op"]> = new Set([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "softplus",
  "erf",
]);

/** Adam, in nanoseconds for each element. */
const adamElement = 0.5;

/**
 * About how many nanoseconds a kernel takes on one thread: to decide what is worth sharing. Measured with
 * `scripts/bench-kernels.mjs`, rounded; nothing but speed depends on it.
 */
export function costOf(kernel: WasmKernel): number {
  switch (kernel.kind) {
    case "fill":
      return 20 + 0.1 * kernel.length;
    case "cast":
    case "unary":
      return 20 + elementOf(kernel) * kernel.length;
    case "binary":
    case "compare":
    case "where":
      return 30 + elementOf(kernel) * sizeOf(kernel.shape);
    case "chain":
      return 30 + kernel.steps.reduce((sum, step) => sum + 5 + elementOf(step) * sizeOf(kernel.shape), 0);
    case "reduce":
      return 30 + (kernel.op === "sum" ? 0.1 : 0.3) * kernel.outer * kernel.axis * kernel.inner;
    case "sumOfSquares":
      return 20 + 0.06 * kernel.length;
    case "cumsum":
      return 30 + kernel.outer * kernel.axis * kernel.inner;
    case "softmax":
      return 30 + 1.5 * kernel.outer * kernel.axis * kernel.inner;
    case "matmul": {
      const { batch, m, n, k, activation } = kernel;
      const perOutput = activation === "tanh" || activation === "sigmoid" ? 1 : 0.2;
      return 50 + batch * (m * n * perOutput + 0.04 * m * n * k);
    }
    case "copy":
      return 30 + 0.2 * sizeOf(kernel.shape);
    case "gather":
    case "scatterAdd":
      return 30 + 0.5 * kernel.outer * kernel.count * kernel.inner;
    case "sgd":
      return 20 + 0.2 * kernel.length;
    case "adam":
      return 20 + adamElement * kernel.length;
    case "adamFromTable":
      return kernel.lengths.reduce((sum, length) => sum + 10 + adamElement * length, 10);
    default:
      return kernel satisfies never;
  }
}

/** An elementwise operation, for each element. */
function elementOf({ kind, op }: Operation): number {
  switch (kind) {
    case "cast":
      return 0.1;
    case "unary":
      return functions.has(op) ? 0.7 : 0.12;
    case "binary":
    case "compare":
    case "where":
      return op === "pow" ? 5 : 0.15;
    default:
      return kind satisfies never;
  }
}

/** About how many nanoseconds of it every part of a kernel spends again: a product packs all columns of B. */
export function repeatedCostOf(kernel: WasmKernel): number {
  return kernel.kind === "matmul" && kernel.batch === 1 ? 100 + 0.2 * kernel.n * kernel.k : 100;
}
