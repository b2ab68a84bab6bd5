import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { identity } from "./reshape.ts";

const operation: Operation<readonly number[]> = {
  name: "permute",
  forward: ([x], axes) => {
    const shape = axes.map((axis) => x.shape[axis]);
    const strides = stridesOf(x.shape);
    return launch(
      {
        kind: "copy",
        dtype: x.dtype,
        shape,
        inputOffset: 0,
        inputStrides: axes.map((axis) => strides[axis]),
        outputOffset: 0,
        outputStrides: stridesOf(shape),
      },
      [x],
      shape,
    );
  },
  // the inverse permutation
  vjp: (c, node) =>
    permute(
      c,
      node.attributes.map((_, axis) => node.attributes.indexOf(axis)),
    ),
};

/**
 * x with its axes in the order given: axis i of the result is axis `axes[i]` of x.
 * @throws code `shape` where `axes` is no permutation.
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const normal = axes.map((axis) => normalizeAxis("permute", axis, x.shape.length));
  if (normal.length !== x.shape.length || new Set(normal).size !== normal.length) {
    throw new ShapeError(
      `permute: axes must name each of the ${x.shape.length} axes once, got ${formatShape(axes)}.`,
    );
  }
  return normal.every((axis, i) => axis === i) ? identity(x) : perform(operation, [x], normal);
}

/** x with two axes exchanged; by default the last two. */
export function transpose(x: Tensor, axisA = -2, axisB = -1): Tensor {
  const rank = x.shape.length;
  const a = normalizeAxis("transpose", axisA, rank);
  const b = normalizeAxis("transpose", axisB, rank);
  const axes = Array.from({ length: rank }, (_, axis) => (axis === a ? b : axis === b ? a : axis));
  return permute(x, axes);
}
