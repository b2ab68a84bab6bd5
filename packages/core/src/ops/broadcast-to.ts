import { ShapeError } from "../errors.ts";
import {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  formatShape,
  type Shape,
  sameShape,
  stridesOf,
} from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { identity } from "./reshape.ts";
import { sumTo } from "./sum-to.ts";

const operation: Operation<Shape> = {
  name: "broadcastTo",
  forward: ([x], shape) =>
    launch(
      {
        kind: "copy",
        dtype: x.dtype,
        shape,
        inputOffset: 0,
        inputStrides: broadcastStrides(x.shape, shape),
        outputOffset: 0,
        outputStrides: stridesOf(shape),
      },
      [x],
      shape,
    ),
  vjp: (c, node) => sumTo(c, node.inputShapes[0]),
};

/**
 * x repeated along its axes of size 1, and along new leading ones, until it has `shape`.
 * @throws code `shape` where it does not broadcast.
 */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  checkShape("broadcastTo", shape);
  if (sameShape(x.shape, shape)) return identity(x);
  if (!sameShape(broadcastShapes("broadcastTo", x.shape, shape), shape)) {
    throw new ShapeError(`broadcastTo: ${formatShape(x.shape)} does not broadcast to ${formatShape(shape)}.`);
  }
  return perform(operation, [x], [...shape]);
}
