import type { ReduceOp } from "../devices/kernel.ts";
import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, type Shape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { reshape } from "./reshape.ts";

/** How a reduction shapes its result. */
export interface ReduceOptions {
  /** Keep reduced axes with size 1. Default false. */
  readonly keepDims?: boolean;
}

/** Axes to reduce: one, several, or (undefined) all. */
export type Axes = number | readonly number[] | undefined;

/** The axes as a sorted list without repetition, in 0 … rank − 1. */
export function normalizeAxes(operation: string, axes: Axes, rank: number): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(operation, axis, rank));
  if (new Set(list).size !== list.length)
    throw new ShapeError(`${operation}: axes ${formatShape(list)} repeat.`);
  return list.sort((a, b) => a - b);
}

/** The shape with the given axes set to 1. */
export function keptShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.map((size, i) => (axes.includes(i) ? 1 : size));
}

/** The shape without the given axes. */
function droppedShape(shape: Shape, axes: readonly number[]): number[] {
  return shape.filter((_, i) => !axes.includes(i));
}

/** Reduces over axes in as few kernels as possible: neighbouring axes are one. The result keeps them with size 1. */
export function reduceAxes(op: ReduceOp, x: Tensor, axes: readonly number[]): Tensor {
  let current = x;
  let end = axes.length;
  while (end > 0) {
    let start = end - 1;
    while (start > 0 && axes[start - 1] === axes[start] - 1) start--;
    const first = axes[start];
    const last = axes[end - 1];
    let outer = 1;
    let axis = 1;
    let inner = 1;
    current.shape.forEach((size, i) => {
      if (i < first) outer *= size;
      else if (i <= last) axis *= size;
      else inner *= size;
    });
    const shape = current.shape.map((size, i) => (i >= first && i <= last ? 1 : size));
    const dtype = op === "argmax" || op === "argmin" ? "int32" : x.dtype;
    current = launch({ kind: "reduce", op, dtype: x.dtype, outer, axis, inner }, [current], shape, dtype);
    end = start;
  }
  return current;
}

/** Applies `keepDims` to a result whose reduced axes have size 1. */
export function finish(result: Tensor, axes: readonly number[], options: ReduceOptions | undefined): Tensor {
  return options?.keepDims ? result : reshape(result, droppedShape(result.shape, axes));
}
