import { normalizeAxis, splitAtAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

interface Direction {
  readonly axis: number;
  readonly reverse: boolean;
}

const operation: Operation<Direction> = {
  name: "cumsum",
  forward: ([x], { axis, reverse }) =>
    launch({ kind: "cumsum", dtype: x.dtype, ...splitAtAxis(x.shape, axis), reverse }, [x], x.shape),
  // the transpose runs the other way
  vjp: (c, node) => perform(operation, [c], { ...node.attributes, reverse: !node.attributes.reverse }),
};

/** Running sums along one axis, from its start (from its end where `reverse`). */
export function cumsum(x: Tensor, axis = -1, options: { readonly reverse?: boolean } = {}): Tensor {
  const normal = normalizeAxis("cumsum", axis, x.shape.length);
  return perform(operation, [x], { axis: normal, reverse: options.reverse ?? false });
}
