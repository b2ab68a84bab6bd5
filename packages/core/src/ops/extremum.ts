import { ShapeError } from "../errors.ts";
import { formatShape, splitAtAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { cast } from "./cast.ts";
import { equal } from "./comparisons.ts";
import { div } from "./div.ts";
import { launch } from "./launch.ts";
import { mul } from "./mul.ts";
import { type Operation, perform } from "./operation.ts";
import { type Axes, finish, normalizeAxes, type ReduceOptions, reduceAxes } from "./reduce.ts";
import { identity } from "./reshape.ts";
import { sum } from "./sum.ts";

function defineExtremum(name: "max" | "min"): (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor {
  const operation: Operation<readonly number[]> = {
    name,
    forward: ([x], axes) => reduceAxes(name, x, axes),
    // shared equally among the elements that equal the extremum (PyTorch's amax)
    vjp: (c, node) => {
      const x = node.input(0);
      const chosen = cast(equal(x, node.output()), x.dtype);
      return mul(chosen, div(c, sum(chosen, node.attributes, { keepDims: true })));
    },
  };
  return (x, axes, options) => {
    const normal = normalizeAxes(name, axes, x.shape.length);
    checkNotEmpty(name, x, normal);
    return normal.length === 0 ? identity(x) : finish(perform(operation, [x], normal), normal, options);
  };
}

function checkNotEmpty(name: string, x: Tensor, axes: readonly number[]): void {
  if (axes.some((axis) => x.shape[axis] === 0)) {
    throw new ShapeError(
      `${name}: ${formatShape(x.shape)} has no elements to choose from along the reduced axes.`,
    );
  }
}

/** Largest element over `axes` (default all), NaN where there is one; equal largest elements share the gradient. */
export const max: (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor = defineExtremum("max");
/** Smallest element over `axes` (default all), NaN where there is one; equal smallest elements share the gradient. */
export const min: (x: Tensor, axes?: Axes, options?: ReduceOptions) => Tensor = defineExtremum("min");

function defineArgument(
  name: "argmax" | "argmin",
): (x: Tensor, axis?: number, options?: ReduceOptions) => Tensor {
  return (x, axis = -1, options) => {
    const [normal] = normalizeAxes(name, axis, x.shape.length);
    checkNotEmpty(name, x, [normal]);
    const shape = x.shape.map((size, i) => (i === normal ? 1 : size));
    const kernel = { kind: "reduce", op: name, dtype: x.dtype, ...splitAtAxis(x.shape, normal) } as const;
    return finish(launch(kernel, [x], shape, "int32"), [normal], options);
  };
}

/** Index (int32) of the first largest element along one axis; no gradient. */
export const argmax: (x: Tensor, axis?: number, options?: ReduceOptions) => Tensor = defineArgument("argmax");
/** Index (int32) of the first smallest element along one axis; no gradient. */
export const argmin: (x: Tensor, axis?: number, options?: ReduceOptions) => Tensor = defineArgument("argmin");
