/**
 * How one kernel becomes several, each computing a part of the output: so that threads share its work.
 *
 * Every part is an ordinary kernel on buffers that begin somewhat later. An element is computed by one part alone, in the same
 * order of operations as by the whole, so that the bits do not depend on the number of threads. The kernels store whole
 * vectors, up to three elements past their end; parts therefore end at multiples of four elements, and what could write into
 * its neighbour otherwise is not split.
 */
import { sizeOf } from "../../tensor/shape.ts";
import type { ChainKernel } from "../chain.ts";
import type { FusedKernelOf, Kernel, KernelOf } from "../kernel.ts";
import { longRow } from "./elementwise.ts";
import type { WasmKernel, WholeRows } from "./launch.ts";
import { isDense } from "./layout.ts";

/** Elements from `start` up to `end` of a buffer; `all` where a part touches elements throughout it. */
export type Extent = readonly [start: number, end: number];
export const all: Extent = [0, Number.POSITIVE_INFINITY];

/** One part of a kernel. Inputs and outputs begin at the starts of their extents, or at 0 where a part touches `all`. */
export interface Part {
  readonly kernel: WasmKernel;
  /** Where its buffers begin, in elements of the whole ones. */
  readonly inputOffsets: readonly number[];
  readonly outputOffsets: readonly number[];
  /** What it reads and writes, in elements of the whole buffers. */
  readonly reads: readonly Extent[];
  readonly writes: readonly Extent[];
  readonly whole: WholeRows | null;
}

/** A kernel that can be cut: `units` in a row, each of `unitElements` of the output, in multiples of `grain`. */
export interface Splitting {
  readonly units: number;
  readonly grain: number;
  readonly unitElements: number;
  part(from: number, to: number): Part;
}

/** null where the kernel has to run as a whole. */
export function splittingOf(kernel: WasmKernel): Splitting | null {
  switch (kernel.kind) {
    case "fill":
      return flat(kernel, kernel.length, 0, 1);
    case "cast":
    case "unary":
      return flat(kernel, kernel.length, 1, 1);
    case "sgd":
      return flat(kernel, kernel.length, 1, kernel.momentum === 0 ? 1 : 2);
    case "adam":
      return flat(kernel, kernel.length, 1, 3);
    case "adamFromTable":
      return everyParameter(kernel);
    case "binary":
    case "compare":
    case "where":
      return elementwise(kernel.shape, kernel.strides, (shape, strides) => ({ ...kernel, shape, strides }));
    case "chain":
      return chain(kernel);
    case "reduce":
      return reduction(kernel);
    case "softmax":
      return lines(kernel, kernel.op === "logsumexp" ? kernel.inner : kernel.axis * kernel.inner);
    case "cumsum":
      return lines(kernel, kernel.axis * kernel.inner);
    case "matmul":
      return product(kernel);
    case "copy":
      return copy(kernel);
    case "gather":
    case "scatterAdd":
      return lookup(kernel);
    case "sumOfSquares":
      return null;
    default:
      return kernel satisfies never;
  }
}

/** Buffers that all run side by side. */
function flat(
  kernel: Extract<Kernel, { readonly length: number }>,
  length: number,
  inputs: number,
  outputs: number,
): Splitting {
  return {
    units: length,
    grain: 16,
    unitElements: 1,
    part: (from, to) =>
      sideBySide(
        { ...kernel, length: to - from },
        Array(inputs).fill([from, to]),
        Array(outputs).fill([from, to]),
      ),
  };
}

/** A part has its share of every parameter, so that it goes on with what it has just computed of the gradients. */
function everyParameter(kernel: FusedKernelOf<"adamFromTable">): Splitting {
  const grain = 16;
  const units = Math.max(...kernel.lengths);
  return {
    units,
    grain,
    unitElements: 1,
    part: (from, to) => {
      const extents = kernel.lengths.map((length): Extent => {
        const at = (unit: number): number =>
          unit === units ? length : Math.floor((unit * length) / units / grain) * grain;
        return [at(from), at(to)];
      });
      const part = { ...kernel, lengths: extents.map(([start, end]) => end - start) };
      return sideBySide(
        part,
        [all, ...extents],
        extents.flatMap((extent) => [extent, extent, extent]),
      );
    },
  };
}

/** A part whose buffers begin where it begins to read and write them. */
function sideBySide(
  kernel: WasmKernel,
  reads: readonly Extent[],
  writes: readonly Extent[],
  whole: WholeRows | null = null,
): Part {
  const starts = (extents: readonly Extent[]): number[] => extents.map(([start]) => start);
  return { kernel, inputOffsets: starts(reads), outputOffsets: starts(writes), reads, writes, whole };
}

function chain(kernel: ChainKernel): Splitting | null {
  const { shape, inputs } = kernel;
  const strides = inputs.map((input) => input.strides);
  return elementwise(shape, strides, (partShape, partStrides) => ({
    ...kernel,
    shape: partShape,
    inputs: inputs.map(({ dtype }, i) => ({ dtype, strides: partStrides[i]! })),
  }));
}

/** `having`: the kernel with the shape and the strides of a part. */
function elementwise(
  shape: readonly number[],
  strides: readonly (readonly number[])[],
  having: (shape: readonly number[], strides: readonly (readonly number[])[]) => WasmKernel,
): Splitting | null {
  const length = sizeOf(shape);
  if (strides.every((operand) => isDense(shape, operand))) {
    return {
      units: length,
      grain: 16,
      unitElements: 1,
      part: (from, to) => {
        const part = having(
          [to - from],
          strides.map(() => [1]),
        );
        return sideBySide(part, Array(strides.length).fill([from, to]), [[from, to]]);
      },
    };
  }
  const axis = shape.findIndex((size) => size > 1);
  if (axis < 0) return null;
  const unitElements = length / shape[axis]!;
  const last = shape.findLastIndex((size) => size > 1);
  const wholeVectors = shape[last]! % 4 === 0;
  // Kernels end some of their tiles, or every long row, where a row ends.
  const byRows = unitElements >= longRow || strides.some((operand) => isRow(shape, operand, last));
  if (unitElements > 1 && !wholeVectors && byRows) return null;
  return {
    units: shape[axis]!,
    grain: unitElements === 1 ? 16 : wholeVectors ? 1 : 4,
    unitElements,
    part: (from, to) => {
      const partShape = shape.with(axis, to - from);
      const reads = strides.map((operand) => spanOf(partShape, operand, from * operand[axis]!));
      return {
        ...sideBySide(having(partShape, strides), reads, [[from * unitElements, to * unitElements]]),
        inputOffsets: strides.map((operand) => from * operand[axis]!),
      };
    },
  };
}

/** Whether an operand has one row for several. */
function isRow(shape: readonly number[], strides: readonly number[], last: number): boolean {
  return strides[last] !== 0 && shape.some((size, axis) => axis < last && size > 1 && strides[axis] === 0);
}

/** The elements between the first and the last that strides reach. */
function spanOf(shape: readonly number[], strides: readonly number[], offset: number): Extent {
  if (strides.some((stride) => stride < 0)) return all;
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, offset);
  return [offset, last + 1];
}

function reduction(kernel: KernelOf<"reduce">): Splitting | null {
  const { op, outer, axis, inner } = kernel;
  if (outer > 1 || inner === 1) return lines(kernel, inner);
  if (op !== "sum" && op !== "max" && op !== "min") return null;
  const whole = { a: 0, b: 0, c: 0, row: inner };
  return {
    units: inner,
    grain: 16,
    unitElements: 1,
    part: (from, to) => ({
      ...sideBySide({ ...kernel, inner: to - from }, [[from, (axis - 1) * inner + to]], [[from, to]], whole),
    }),
  };
}

type Lines = KernelOf<"reduce"> | KernelOf<"softmax"> | KernelOf<"cumsum">;

/** Along the outer axis; each of its elements has `unitElements` of output. */
function lines(kernel: Lines, unitElements: number): Splitting | null {
  const { outer, axis, inner } = kernel;
  // Rows written in whole vectors, one after the other.
  const vectors = inner > 1 ? inner : axis >= 16 && unitElements > 1 ? unitElements : 4;
  if (vectors % 4 !== 0) return null;
  return {
    units: outer,
    grain: 4,
    unitElements,
    part: (from, to) =>
      sideBySide(
        { ...kernel, outer: to - from },
        [[from * axis * inner, to * axis * inner]],
        [[from * unitElements, to * unitElements]],
      ),
  };
}

/** By matrices of the batch, by rows, or by columns where there are few rows. */
function product(kernel: KernelOf<"matmul">): Splitting | null {
  const { batch, m, n, k, transposeA, transposeB, batchStrideA, batchStrideB, bias, activation } = kernel;
  if (kernel.dtype === "int32") return null;
  const vectors = activation === "tanh" || activation === "sigmoid";
  const inputs = (a: Extent, b: Extent, columns: Extent): Extent[] => (bias ? [a, b, columns] : [a, b]);
  if (batch > 1) {
    if (vectors && (m * n) % 4 !== 0) return null;
    return {
      units: batch,
      grain: 1,
      unitElements: m * n,
      part: (from, to) => {
        const a: Extent = [from * batchStrideA, (to - 1) * batchStrideA + m * k];
        const b: Extent = [from * batchStrideB, (to - 1) * batchStrideB + k * n];
        return sideBySide({ ...kernel, batch: to - from }, inputs(a, b, [0, n]), [
          [from * m * n, to * m * n],
        ]);
      },
    };
  }
  const whole = { a: transposeA ? m : k, b: transposeB ? k : n, c: n, row: 0 };
  if (m >= 16 || m >= n) {
    return {
      units: m,
      grain: 4,
      unitElements: n,
      part: (from, to) => {
        const a: Extent = transposeA ? [from, (k - 1) * m + to] : [from * k, to * k];
        return sideBySide(
          { ...kernel, m: to - from },
          inputs(a, [0, k * n], [0, n]),
          [[from * n, to * n]],
          whole,
        );
      },
    };
  }
  if (vectors && n % 4 !== 0) return null;
  return {
    units: n,
    grain: 8,
    unitElements: 1,
    part: (from, to) => {
      const b: Extent = transposeB ? [from * k, to * k] : [from, (k - 1) * n + to];
      return sideBySide(
        { ...kernel, n: to - from },
        inputs([0, m * k], b, [from, to]),
        [[from, (m - 1) * n + to]],
        whole,
      );
    },
  };
}

function copy(kernel: KernelOf<"copy">): Splitting | null {
  const { shape, inputOffset, inputStrides, outputOffset, outputStrides } = kernel;
  const axis = shape.findIndex((size) => size > 1);
  if (axis < 0) return null;
  return {
    units: shape[axis]!,
    grain: 4,
    unitElements: Math.abs(outputStrides[axis]!),
    part: (from, to) => {
      const part = {
        ...kernel,
        shape: shape.with(axis, to - from),
        inputOffset: inputOffset + from * inputStrides[axis]!,
        outputOffset: outputOffset + from * outputStrides[axis]!,
      };
      return {
        kernel: part,
        inputOffsets: [0],
        outputOffsets: [0],
        reads: [spanOf(part.shape, inputStrides, part.inputOffset)],
        writes: [spanOf(part.shape, outputStrides, part.outputOffset)],
        whole: null,
      };
    },
  };
}

function lookup(kernel: KernelOf<"gather"> | KernelOf<"scatterAdd">): Splitting | null {
  const { kind, mode, outer, axis, inner, count } = kernel;
  const sources = axis * inner;
  const places = count * inner;
  if (kind === "gather" && mode === "slices" && inner > 1 && inner % 4 !== 0) return null;
  if (outer === 1) {
    if (kind === "scatterAdd" || mode === "elements") return null;
    return {
      units: count,
      grain: 4,
      unitElements: inner,
      part: (from, to) =>
        sideBySide(
          { ...kernel, count: to - from },
          [
            [0, sources],
            [from, to],
          ],
          [[from * inner, to * inner]],
        ),
    };
  }
  const [read, written] = kind === "gather" ? [sources, places] : [places, sources];
  return {
    units: outer,
    grain: 1,
    unitElements: written,
    part: (from, to) =>
      sideBySide(
        { ...kernel, outer: to - from },
        [[from * read, to * read], mode === "slices" ? [0, count] : [from * places, to * places]],
        [[from * written, to * written]],
      ),
  };
}
