import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { type Axes, normalizeAxes } from "./reduce.ts";
import { reshape } from "./reshape.ts";

/**
 * x without the given axes, which have size 1; by default without every axis of size 1. Shares x's memory.
 * @throws code `shape` for an axis of another size, where PyTorch leaves x silently as it is.
 */
export function squeeze(x: Tensor, axes?: Axes): Tensor {
  if (axes === undefined)
    return reshape(
      x,
      x.shape.filter((size) => size !== 1),
    );
  const normal = normalizeAxes("squeeze", axes, x.shape.length);
  for (const axis of normal) {
    if (x.shape[axis] !== 1) {
      throw new ShapeError(
        `squeeze: axis ${axis} of ${formatShape(x.shape)} has ${x.shape[axis]} elements; only axes of 1 can go.`,
      );
    }
  }
  return reshape(
    x,
    x.shape.filter((_, i) => !normal.includes(i)),
  );
}

/**
 * x with a new axis of size 1 before position `axis` of the result; −1 is the end. Shares x's memory.
 * @throws code `shape` for an axis out of range.
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const normal = normalizeAxis("unsqueeze", axis, x.shape.length + 1);
  return reshape(x, [...x.shape.slice(0, normal), 1, ...x.shape.slice(normal)]);
}
