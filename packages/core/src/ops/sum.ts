import type { Tensor } from "../tensor/tensor.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { type Operation, perform } from "./operation.ts";
import { type Axes, finish, normalizeAxes, type ReduceOptions, reduceAxes } from "./reduce.ts";
import { identity } from "./reshape.ts";

const operation: Operation<readonly number[]> = {
  name: "sum",
  forward: ([x], axes) => reduceAxes("sum", x, axes),
  // every summand gets the cotangent of its sum
  vjp: (c, node) => broadcastTo(c, node.inputShapes[0]),
};

/** Sum over `axes` (default all). Empty sums are 0. */
export function sum(x: Tensor, axes?: Axes, options?: ReduceOptions): Tensor {
  const normal = normalizeAxes("sum", axes, x.shape.length);
  return normal.length === 0 ? identity(x) : finish(perform(operation, [x], normal), normal, options);
}
