/**
 * Kernels: what a backend must be able to do, described by plain data.
 *
 * A backend implements these dozen *kinds*, not operations: an operation composes kernels, a new
 * operation of a known kind adds one word to a list below. Every input and output buffer is dense and
 * row-major; strides and offsets count elements. A stride of 0 repeats an element (broadcasting).
 */
import type { DType, TypedArray } from "../tensor/dtype.ts";
import type { ChainKernel } from "./chain.ts";

/** y = f(x), element by element. */
export type UnaryOp =
  | "neg"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sqrt"
  | "abs"
  | "sign"
  | "square"
  | "reciprocal"
  | "sin"
  | "cos"
  | "tanh"
  | "sigmoid"
  | "relu"
  /** log(1 + exp(x)), exact for large |x|. */
  | "softplus"
  | "erf"
  | "floor"
  /** 1 where x is finite, else 0, in x's own dtype. */
  | "isFinite";

/** z = f(x, y), element by element. The last three fuse a common derivative: x is the cotangent, y the op's output. */
export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "pow"
  | "maximum"
  | "minimum"
  /** x (1 − y²) */
  | "tanhGradient"
  /** x y (1 − y) */
  | "sigmoidGradient"
  /** x where y > 0, else 0 */
  | "reluGradient";

/** z = 1 or 0 as int32. Any comparison with NaN is 0, but `notEqual`. */
export type CompareOp = "equal" | "notEqual" | "less" | "lessEqual" | "greater" | "greaterEqual";

/** `max`, `min`, `argmax`, `argmin` propagate NaN; the first of equal elements wins. `arg*` write int32. */
export type ReduceOp = "sum" | "prod" | "max" | "min" | "argmax" | "argmin";

/** What a matmul may apply to its result before storing it. */
export type Activation = "none" | "relu" | "tanh" | "sigmoid";

/** One number that stands for an operand of a binary kernel; `inputs` then holds only the other one. */
export interface ScalarOperand {
  readonly side: "left" | "right";
  readonly value: number;
}

export type Kernel =
  /** inputs [], outputs [y of `length`] */
  | { readonly kind: "fill"; readonly dtype: DType; readonly length: number; readonly value: number }
  /** inputs [x], outputs [y]; float → int32 truncates toward zero. */
  | { readonly kind: "cast"; readonly dtype: DType; readonly to: DType; readonly length: number }
  /** inputs [x], outputs [y] */
  | { readonly kind: "unary"; readonly op: UnaryOp; readonly dtype: DType; readonly length: number }
  /** inputs [x, y], or one of them beside `scalar`; outputs [z of `shape`]. `strides` follow `shape`, one list per buffer input. */
  | {
      readonly kind: "binary";
      readonly op: BinaryOp;
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly strides: readonly (readonly number[])[];
      readonly scalar?: ScalarOperand;
    }
  /** As binary, from `dtype` inputs to an int32 output. */
  | {
      readonly kind: "compare";
      readonly op: CompareOp;
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly strides: readonly (readonly number[])[];
      readonly scalar?: ScalarOperand;
    }
  /** inputs [condition (int32), x, y], outputs [x where condition ≠ 0, else y]. */
  | {
      readonly kind: "where";
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly strides: readonly (readonly number[])[];
    }
  /** inputs [x of [outer, axis, inner]], outputs [y of [outer, inner]]. */
  | {
      readonly kind: "reduce";
      readonly op: ReduceOp;
      readonly dtype: DType;
      readonly outer: number;
      readonly axis: number;
      readonly inner: number;
    }
  /** inputs [x], outputs [y], both [outer, axis, inner]: running sums along the axis. */
  | {
      readonly kind: "cumsum";
      readonly dtype: DType;
      readonly outer: number;
      readonly axis: number;
      readonly inner: number;
      readonly reverse: boolean;
    }
  /**
   * inputs [A, B] or [A, B, bias], outputs [C]: C[b] = activation(op(A[b]) · op(B[b]) + bias).
   * A[b] is [m, k], stored [k, m] where `transposeA`; B[b] is [k, n], stored [n, k] where `transposeB`;
   * C[b] is [m, n]; bias is [n]. A batch stride of 0 reuses one matrix for the whole batch.
   */
  | {
      readonly kind: "matmul";
      readonly dtype: DType;
      readonly batch: number;
      readonly m: number;
      readonly n: number;
      readonly k: number;
      readonly transposeA: boolean;
      readonly transposeB: boolean;
      readonly batchStrideA: number;
      readonly batchStrideB: number;
      readonly bias: boolean;
      readonly activation: Activation;
    }
  /**
   * inputs [x], outputs [y]: y[outputOffset + Σ iᵈ outputStridesᵈ] = x[inputOffset + Σ iᵈ inputStridesᵈ] for
   * every index of `shape`. Transpose, broadcast, slice, flip and concatenation are all this; elements of y
   * that no index reaches keep their value.
   */
  | {
      readonly kind: "copy";
      readonly dtype: DType;
      readonly shape: readonly number[];
      readonly inputOffset: number;
      readonly inputStrides: readonly number[];
      readonly outputOffset: number;
      readonly outputStrides: readonly number[];
    }
  /**
   * inputs [x of [outer, axis, inner], index (int32)], outputs [y of [outer, count, inner]].
   * `elements`: index is [outer, count, inner], y[o, j, i] = x[o, index[o, j, i], i].
   * `slices`: index is [count], y[o, j, i] = x[o, index[j], i].
   * Indices are in range: operations check them on the host or clamp; a backend may assume it.
   */
  | {
      readonly kind: "gather";
      readonly mode: "elements" | "slices";
      readonly dtype: DType;
      readonly outer: number;
      readonly axis: number;
      readonly inner: number;
      readonly count: number;
    }
  /** The transpose of gather: inputs [x of [outer, count, inner], index], outputs [y of [outer, axis, inner]], overwritten by the sums, in index order. */
  | {
      readonly kind: "scatterAdd";
      readonly mode: "elements" | "slices";
      readonly dtype: DType;
      readonly outer: number;
      readonly axis: number;
      readonly inner: number;
      readonly count: number;
    }
  /** inputs [x of [outer, axis, inner]]; `logsumexp` writes [outer, inner], the others x's shape. Shifted by the maximum, so never overflowing. */
  | {
      readonly kind: "softmax";
      readonly op: "softmax" | "logSoftmax" | "logsumexp";
      readonly dtype: DType;
      readonly outer: number;
      readonly axis: number;
      readonly inner: number;
    }
  /**
   * In place. inputs [gradient], outputs [parameter] or [parameter, velocity] where `momentum` ≠ 0:
   * g += weightDecay p;  v ← momentum v + (1 − dampening) g (v ← g on the first step);  g ← nesterov ? g + momentum v : v;  p ← p − learningRate g.
   */
  | {
      readonly kind: "sgd";
      readonly dtype: DType;
      readonly length: number;
      readonly learningRate: number;
      readonly momentum: number;
      readonly dampening: number;
      readonly weightDecay: number;
      readonly nesterov: boolean;
      readonly first: boolean;
    }
  /**
   * In place. inputs [gradient], outputs [parameter, m, v]:
   * g += weightDecay p (or p ← p (1 − learningRate weightDecay) where `decoupled`);
   * m ← m + (1 − β₁)(g − m);  v ← β₂ v + (1 − β₂) g²;
   * p ← p − (learningRate / biasCorrection1) m / (√v / √biasCorrection2 + ε).
   */
  | {
      readonly kind: "adam";
      readonly dtype: DType;
      readonly length: number;
      readonly learningRate: number;
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
      readonly decoupled: boolean;
      /** 1 − β₁ᵗ and 1 − β₂ᵗ at step t. */
      readonly biasCorrection1: number;
      readonly biasCorrection2: number;
    };

/**
 * Kernels that a backend need not have: it sees those alone that it lists as `fused`. Everything has a form without them, with
 * the same results.
 */
export type FusedKernel =
  /**
   * Adam for all parameters at once, with its numbers in memory, so that a recorded step need not be changed from step to step.
   * In place. inputs [table of [rows, 8], gradient of parameter 0, of 1, …], outputs [parameter 0, its m, its v, parameter 1, …],
   * all of them distinct; `lengths` follow the parameters. Row i of the table holds for parameter i, in the order of
   * {@link adamNumbers}: learningRate / biasCorrection1, 1 − β₁, β₂, 1 − β₂, ε, weight decay to add to the gradient, factor of
   * the parameter (1, or 1 − learningRate · weightDecay where decoupled), 1 / √biasCorrection2.
   */
  | { readonly kind: "adamFromTable"; readonly dtype: DType; readonly lengths: readonly number[] }
  /** inputs [x], outputs [the sum of x² as one element]: `square`, then `reduce` over everything, with the same bits. */
  | { readonly kind: "sumOfSquares"; readonly dtype: DType; readonly length: number };

/** The fused kernel of one kind. */
export type FusedKernelOf<K extends FusedKind> = Extract<FusedKernel, { kind: K }>;

/** What a backend can list; `chain` ({@link ChainKernel}) is described apart, for it is made of kernels itself. */
export type FusedKind = FusedKernel["kind"] | ChainKernel["kind"];

/** Every kernel but chains. */
export type AnyKernel = Kernel | FusedKernel;

export type KernelKind = Kernel["kind"];

/** The kernel of one kind. */
export type KernelOf<K extends KernelKind> = Extract<Kernel, { kind: K }>;

export const unaryOps: readonly UnaryOp[] = [
  "neg",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "abs",
  "sign",
  "square",
  "reciprocal",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "softplus",
  "erf",
  "floor",
  "isFinite",
];
export const binaryOps: readonly BinaryOp[] = [
  "add",
  "sub",
  "mul",
  "div",
  "pow",
  "maximum",
  "minimum",
  "tanhGradient",
  "sigmoidGradient",
  "reluGradient",
];
export const compareOps: readonly CompareOp[] = [
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
];
export const reduceOps: readonly ReduceOp[] = ["sum", "prod", "max", "min", "argmax", "argmin"];
export const activations: readonly Activation[] = ["none", "relu", "tanh", "sigmoid"];

/** Numbers in one row of the table of `adamFromTable`. */

export const adamNumbersWidth = 8;

/** Writes the numbers of an Adam step as row `row` of a table. */
export function adamNumbers(
  kernel: Omit<KernelOf<"adam">, "kind" | "dtype" | "length">,
  table: TypedArray,
  row: number,
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay, decoupled } = kernel;
  const at = row * adamNumbersWidth;
  table[at] = learningRate / kernel.biasCorrection1;
  table[at + 1] = 1 - beta1;
  table[at + 2] = beta2;
  table[at + 3] = 1 - beta2;
  table[at + 4] = epsilon;
  table[at + 5] = decoupled ? 0 : weightDecay;
  table[at + 6] = decoupled ? 1 - learningRate * weightDecay : 1;
  table[at + 7] = 1 / Math.sqrt(kernel.biasCorrection2);
}
