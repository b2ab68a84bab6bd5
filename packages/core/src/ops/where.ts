import { DTypeError } from "../errors.ts";
import { broadcastShapes, broadcastStrides } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { broadcastOperands, type Operand } from "./binary.ts";
import { asTensor, zerosLike } from "./constant-like.ts";
import { filledLike, launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { sumTo } from "./sum-to.ts";

const operation: Operation<null> = {
  name: "where",
  forward: (inputs) => {
    const [condition, x, y] = inputs;
    const shape = broadcastShapes("where", condition.shape, broadcastOperands("where", x, y));
    const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
    return launch({ kind: "where", dtype: x.dtype, shape, strides }, inputs, shape, x.dtype);
  },
  // the cotangent goes where the value came from
  vjp: (c, node, index) => {
    const condition = node.input(0);
    const zero = zerosLike(c);
    return sumTo(
      index === 1 ? where(condition, c, zero) : where(condition, zero, c),
      node.inputShapes[index],
    );
  },
};

/**
 * x where `condition` (int32) is not 0, else y; all three broadcast together. Numbers take the other operand's
 * dtype; two numbers make float32.
 * @throws code `dtype` where the condition is not int32 or x and y differ.
 */
export function where(condition: Tensor, x: Operand, y: Operand): Tensor {
  if (condition.dtype !== "int32") {
    throw new DTypeError(
      `where: the condition is int32, as comparisons return, got ${condition.dtype}. Use notEqual(x, 0).`,
    );
  }
  const like = isTensor(x) ? x : isTensor(y) ? y : filledLike(condition, [], 0, "float32");
  return perform(operation, [condition, asTensor(x, like), asTensor(y, like)], null);
}
