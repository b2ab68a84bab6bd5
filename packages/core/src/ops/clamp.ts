import { GradbridgeError } from "@gradbridge/random";
import type { Tensor } from "../tensor/tensor.ts";
import { greater, less } from "./comparisons.ts";
import { launch } from "./launch.ts";
import { mul } from "./mul.ts";
import { type Operation, perform } from "./operation.ts";
import { where } from "./where.ts";

interface Bounds {
  readonly low: number;
  readonly high: number;
}

function bound(x: Tensor, op: "maximum" | "minimum", value: number): Tensor {
  const { shape, dtype } = x;
  const strides = [[1]];
  return launch(
    { kind: "binary", op, dtype, shape: [x.size], strides, scalar: { side: "right", value } },
    [x],
    shape,
  );
}

const operation: Operation<Bounds> = {
  name: "clamp",
  forward: ([x], { low, high }) => {
    const raised = low === -Infinity ? x : bound(x, "maximum", low);
    return high === Infinity && raised !== x ? raised : bound(raised, "minimum", high);
  },
  // the cotangent passes strictly inside the bounds
  vjp: (c, node) => {
    const x = node.input(0);
    const { low, high } = node.attributes;
    const above = low === -Infinity ? null : greater(x, low);
    const below = high === Infinity ? null : less(x, high);
    if (above === null || below === null) {
      const inside = above ?? below;
      return inside === null ? c : where(inside, c, 0);
    }
    return where(mul(above, below), c, 0);
  },
};

/**
 * x limited to [low, high]. Either may be infinite. The derivative is 1 strictly inside and 0 elsewhere, at the bounds
 * too, as in PyTorch 2.15 (versions before passed it at the bounds).
 * @throws code `range` where low > high or one is NaN.
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  if (!(low <= high)) throw new GradbridgeError("range", `clamp: needs low ≤ high, got ${low} and ${high}.`);
  return perform(operation, [x], { low, high });
}
