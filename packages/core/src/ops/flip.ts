import { stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { type Axes, normalizeAxes } from "./reduce.ts";
import { identity } from "./reshape.ts";

const operation: Operation<readonly number[]> = {
  name: "flip",
  forward: ([x], axes) => {
    const outputStrides = stridesOf(x.shape);
    const inputStrides = outputStrides.map((stride, i) => (axes.includes(i) ? -stride : stride));
    const inputOffset = axes.reduce((offset, axis) => offset + (x.shape[axis] - 1) * outputStrides[axis], 0);
    return launch(
      {
        kind: "copy",
        dtype: x.dtype,
        shape: x.shape,
        inputOffset,
        inputStrides,
        outputOffset: 0,
        outputStrides,
      },
      [x],
      x.shape,
    );
  },
  // its own inverse and transpose
  vjp: (c, node) => perform(operation, [c], node.attributes),
};

/**
 * x with the order of its elements reversed along `axes` (default all).
 * @throws code `shape` for an axis out of range.
 */
export function flip(x: Tensor, axes?: Axes): Tensor {
  const normal = normalizeAxes("flip", axes, x.shape.length);
  return normal.length === 0 ? identity(x) : perform(operation, [x], normal);
}
