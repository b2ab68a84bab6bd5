import { GradbridgeError } from "@gradbridge/random";
import type { Tensor } from "../tensor/tensor.ts";
import { greaterEqual, lessEqual } from "./comparisons.ts";
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
  // the cotangent passes where low ≤ x ≤ high, both ends included
  vjp: (c, node) => {
    const x = node.input(0);
    const { low, high } = node.attributes;
    return where(mul(greaterEqual(x, low), lessEqual(x, high)), c, 0);
  },
};

/**
 * x limited to [low, high]. Either may be infinite.
 * @throws code `range` where low > high or one is NaN.
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  if (!(low <= high)) throw new GradbridgeError("range", `clamp: needs low ≤ high, got ${low} and ${high}.`);
  return perform(operation, [x], { low, high });
}
