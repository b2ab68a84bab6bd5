import type { ChainKernel } from "../chain.ts";
import type { AnyKernel, FusedKernelOf, KernelOf, ReduceOp } from "../kernel.ts";
import { activations, adamNumbers, adamNumbersWidth, reduceOps } from "../kernel.ts";
import { Chains } from "./chain.ts";
import { Elementwise } from "./elementwise.ts";
import type { WasmKernels } from "./kernels.ts";
import type { LaunchTarget } from "./launch-target.ts";
import { Layout } from "./layout.ts";
import { opCodes, unaryCodes } from "./op-codes.ts";

const reduceCodes: { readonly [Op in ReduceOp]: number } = opCodes(reduceOps);
const activationCodes: { readonly [Op in KernelOf<"matmul">["activation"]]: number } = opCodes(activations);
const softmaxCodes: { readonly [Op in KernelOf<"softmax">["op"]]: number } = opCodes([
  "softmax",
  "logSoftmax",
  "logsumexp",
]);

const wordOfFloat = new Float32Array(1);
const wordBits = new Int32Array(wordOfFloat.buffer);

/** What this device runs. */
export type WasmKernel = AnyKernel | ChainKernel;

/** Row lengths, in elements, of the whole matrices of which a launch computes a part (`split.ts`). */
export interface WholeRows {
  /** matmul: from one stored row to the next. */
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** reduce: from one element of the axis to the next. */
  readonly row: number;
}

/**
 * Calls the WebAssembly function for a kernel whose buffers have addresses, or writes the call into a program. It knows
 * nothing of buffers and pages, and allocates nothing.
 */
export class Launcher {
  private readonly target: LaunchTarget;
  private readonly kernels: WasmKernels;
  private readonly elementwise: Elementwise;
  private readonly chains: Chains;
  private readonly layout = new Layout();
  private readonly numbers = new Float64Array(adamNumbersWidth);

  constructor(target: LaunchTarget) {
    this.target = target;
    this.kernels = target.kernels;
    this.elementwise = new Elementwise(target);
    this.chains = new Chains(target);
  }

  /** `whole`: for a part of a larger kernel whose rows lie further apart than its own sizes say. */
  launch(
    kernel: WasmKernel,
    inputs: readonly number[],
    outputs: readonly number[],
    whole: WholeRows | null = null,
  ): void {
    const { kernels } = this;
    const x = inputs[0]!;
    const y = outputs[0]!;
    const integer = kernel.dtype === "int32";
    switch (kernel.kind) {
      case "fill":
        kernels.fillBits(y, kernel.length, bitsOf(kernel.value, integer));
        break;
      case "cast":
        this.cast(kernel, x, y);
        break;
      case "unary":
        if (integer) kernels.unaryInteger(unaryCodes[kernel.op], x, y, kernel.length);
        else kernels.unaryFloat(unaryCodes[kernel.op], x, y, kernel.length);
        break;
      case "binary":
      case "compare":
        this.elementwise.binary(kernel, inputs, y);
        break;
      case "where":
        this.elementwise.where(kernel, inputs, y);
        break;
      case "reduce": {
        const op = reduceCodes[kernel.op];
        const { outer, axis, inner } = kernel;
        const row = whole === null ? inner : whole.row;
        if (integer) kernels.reduceInteger(op, x, y, outer, axis, inner, row);
        else kernels.reduceFloat(op, x, y, outer, axis, inner, row);
        break;
      }
      case "cumsum": {
        const reverse = kernel.reverse ? 1 : 0;
        if (integer) kernels.cumsumInteger(x, y, kernel.outer, kernel.axis, kernel.inner, reverse);
        else kernels.cumsumFloat(x, y, kernel.outer, kernel.axis, kernel.inner, reverse);
        break;
      }
      case "matmul":
        this.matmul(kernel, inputs, y, whole);
        break;
      case "copy":
        this.copy(kernel, x, y);
        break;
      case "gather":
        if (kernel.mode === "slices") {
          kernels.gatherSlices(x, inputs[1]!, y, kernel.outer, kernel.axis, kernel.inner, kernel.count);
        } else {
          kernels.gatherElements(x, inputs[1]!, y, kernel.outer, kernel.axis, kernel.inner, kernel.count);
        }
        break;
      case "scatterAdd":
        this.scatterAdd(kernel, x, inputs[1]!, y);
        break;
      case "softmax":
        kernels.softmaxFloat(softmaxCodes[kernel.op], x, y, kernel.outer, kernel.axis, kernel.inner);
        break;
      case "sgd":
        this.sgd(kernel, x, outputs);
        break;
      case "adam":
        this.adam(kernel, x, outputs);
        break;
      case "adamFromTable":
        this.adamFromTable(kernel, inputs, outputs);
        break;
      case "sumOfSquares":
        kernels.sumOfSquares(x, y, kernel.length);
        break;
      case "chain":
        this.chains.launch(kernel, inputs, y);
        break;
      default:
        kernel satisfies never;
    }
  }

  private cast(kernel: KernelOf<"cast">, x: number, y: number): void {
    if (kernel.dtype === kernel.to) this.kernels.copyBytes(x, y, kernel.length * 4);
    else if (kernel.to === "int32") this.kernels.castToInteger(x, y, kernel.length);
    else this.kernels.castToFloat(x, y, kernel.length);
  }

  private matmul(
    kernel: KernelOf<"matmul">,
    inputs: readonly number[],
    c: number,
    whole: WholeRows | null,
  ): void {
    const { batch, m, n, k, batchStrideA, batchStrideB } = kernel;
    const a = inputs[0]!;
    const b = inputs[1]!;
    const bias = kernel.bias ? inputs[2]! : 0;
    const transposeA = kernel.transposeA ? 1 : 0;
    const transposeB = kernel.transposeB ? 1 : 0;
    const activation = activationCodes[kernel.activation];
    if (kernel.dtype === "int32") {
      this.kernels.matmulInteger(
        a,
        b,
        bias,
        c,
        batch,
        m,
        n,
        k,
        transposeA,
        transposeB,
        batchStrideA,
        batchStrideB,
        activation,
      );
      return;
    }
    this.kernels.matmulFloat(
      a,
      b,
      bias,
      c,
      batch,
      m,
      n,
      k,
      transposeA,
      transposeB,
      batchStrideA,
      batchStrideB,
      m * n,
      whole === null ? (transposeA === 1 ? m : k) : whole.a,
      whole === null ? (transposeB === 1 ? k : n) : whole.b,
      whole === null ? n : whole.c,
      activation,
    );
  }

  private copy(kernel: KernelOf<"copy">, x: number, y: number): void {
    const { layout, kernels } = this;
    layout.set(kernel.shape, [kernel.inputStrides, kernel.outputStrides]);
    if (layout.length === 0) return;
    const from = x + kernel.inputOffset * 4;
    const to = y + kernel.outputOffset * 4;
    layout.sortBy(1);
    const { rank, sizes } = layout;
    const xs = layout.strides[0]!;
    const ys = layout.strides[1]!;
    if (rank === 1) {
      if (xs[0] === 1 && ys[0] === 1) kernels.copyBytes(from, to, layout.length * 4);
      else kernels.copyPlane(from, to, 1, layout.length, 0, xs[0]!, 0, ys[0]!);
    } else if (rank === 2) {
      kernels.copyPlane(from, to, sizes[1]!, sizes[0]!, xs[1]!, xs[0]!, ys[1]!, ys[0]!);
    } else {
      this.target.storeLayout(layout, 2);
      kernels.copyStrided(from, to, rank);
    }
  }

  private scatterAdd(kernel: KernelOf<"scatterAdd">, x: number, index: number, y: number): void {
    const { outer, axis, inner, count } = kernel;
    const integer = kernel.dtype === "int32" ? 1 : 0;
    if (kernel.mode === "slices") {
      this.kernels.scatterAddSlices(integer, x, index, y, outer, axis, inner, count);
    } else {
      this.kernels.scatterAddElements(integer, x, index, y, outer, axis, inner, count);
    }
  }

  private sgd(kernel: KernelOf<"sgd">, gradient: number, outputs: readonly number[]): void {
    const { length, learningRate, weightDecay, momentum, dampening, nesterov, first } = kernel;
    if (momentum === 0) {
      this.kernels.sgdFloat(gradient, outputs[0]!, length, learningRate, weightDecay);
      return;
    }
    this.kernels.sgdMomentumFloat(
      gradient,
      outputs[0]!,
      outputs[1]!,
      length,
      learningRate,
      weightDecay,
      momentum,
      1 - dampening,
      nesterov ? 1 : 0,
      first ? 1 : 0,
    );
  }

  /** One call for each parameter: together they take no longer than one over all of them, wherever they lie. */
  private adamFromTable(
    { lengths }: FusedKernelOf<"adamFromTable">,
    inputs: readonly number[],
    outputs: readonly number[],
  ): void {
    for (let i = 0; i < lengths.length; i++) {
      if (lengths[i] === 0) continue;
      const row = inputs[0]! + i * adamNumbersWidth * 4;
      const [parameter, m, v] = [outputs[3 * i]!, outputs[3 * i + 1]!, outputs[3 * i + 2]!];
      this.kernels.adamFromTable(row, inputs[i + 1]!, parameter, m, v, lengths[i]!);
    }
  }

  private adam(kernel: KernelOf<"adam">, gradient: number, outputs: readonly number[]): void {
    const numbers = this.numbers;
    adamNumbers(kernel, numbers, 0);
    this.kernels.adamFloat(
      gradient,
      outputs[0]!,
      outputs[1]!,
      outputs[2]!,
      kernel.length,
      numbers[0]!,
      numbers[1]!,
      numbers[2]!,
      numbers[3]!,
      numbers[4]!,
      numbers[5]!,
      numbers[6]!,
      numbers[7]!,
    );
  }
}

/** The 32 bits of an element. */
function bitsOf(value: number, integer: boolean): number {
  if (integer) return Math.trunc(value);
  wordOfFloat[0] = value;
  return wordBits[0]!;
}
