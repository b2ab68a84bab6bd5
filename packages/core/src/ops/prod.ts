import { GradbridgeError } from "@gradbridge/random";
import { splitAtAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { concat } from "./concat.ts";
import { onesLike } from "./constant-like.ts";
import { launch } from "./launch.ts";
import { mul } from "./mul.ts";
import { type Operation, perform } from "./operation.ts";
import { finish, normalizeAxes, type ReduceOptions } from "./reduce.ts";
import { identity } from "./reshape.ts";
import { slice } from "./slice.ts";

const operation: Operation<number> = {
  name: "prod",
  forward: ([x], axis) => {
    const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
    return launch({ kind: "reduce", op: "prod", dtype: x.dtype, ...splitAtAxis(x.shape, axis) }, [x], shape);
  },
  // each factor gets the product of all others: exact where some are 0, where y / x would be 0 / 0
  vjp: (c, node) => mul(productOfOthers(node.input(0), node.attributes), c),
};

function productOfOthers(x: Tensor, axis: number): Tensor {
  const size = x.shape[axis];
  const part = (y: Tensor, from: number, to: number): Tensor =>
    slice(
      y,
      y.shape.map((_, i) => (i === axis ? from : 0)),
      y.shape.map((length, i) => (i === axis ? to : length)),
    );
  if (size === 0) return x;
  const one = onesLike(part(x, 0, 1));
  const before = [one];
  const after = [one];
  for (let i = 1; i < size; i++) {
    before.push(mul(before[i - 1], part(x, i - 1, i)));
    after.push(mul(after[i - 1], part(x, size - i, size - i + 1)));
  }
  return mul(concat(before, axis), concat(after.reverse(), axis));
}

/** Product along one axis, or of all elements of a tensor with one axis. The empty product is 1. */
export function prod(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  if (axis === undefined && x.shape.length > 1) {
    throw new GradbridgeError(
      "shape",
      "prod: name one axis, or reshape(x, [-1]) first for the product of all.",
    );
  }
  if (x.shape.length === 0) return identity(x);
  const [normal] = normalizeAxes("prod", axis ?? 0, x.shape.length);
  return finish(perform(operation, [x], normal), [normal], options);
}
