import { type Shape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { identity, reshape } from "./reshape.ts";
import { sum } from "./sum.ts";

/** Sums over the axes along which `shape` was broadcast to x's shape: the transpose of `broadcastTo`. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return identity(x);
  const lead = x.shape.length - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < x.shape.length; i++) {
    if (i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1)) axes.push(i);
  }
  const total = axes.length === 0 ? x : sum(x, axes, { keepDims: true });
  return sameShape(total.shape, shape) ? total : reshape(total, shape);
}
