import type { Node } from "../autograd/node.ts";
import type { UnaryOp } from "../devices/kernel.ts";
import { DTypeError } from "../errors.ts";
import { sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

/** What the derivative of y = f(x) may use: the cotangent `c`, the input `x`, the result `y`. */
export interface UnaryContext {
  readonly c: Tensor;
  readonly x: Tensor;
  readonly y: Tensor;
}

/** y = f(x), element by element. */
export type Unary = (x: Tensor) => Tensor;

const takesIntegers: readonly UnaryOp[] = ["neg", "abs", "sign", "square", "relu", "floor"];

/** An operation from one kernel op. `derivative` returns c · f′(x); null where f has none (gradient stops). */
export function defineUnary(op: UnaryOp, derivative: ((context: UnaryContext) => Tensor) | null): Unary {
  const operation: Operation<null> = {
    name: op,
    forward: ([x]) => launch({ kind: "unary", op, dtype: x.dtype, length: sizeOf(x.shape) }, [x], x.shape),
    vjp: derivative && ((c, node) => derivative(new LazyContext(c, node))),
  };
  const integers = takesIntegers.includes(op);
  return (x) => {
    if (x.dtype === "int32" && !integers) {
      throw new DTypeError(`${op}: takes float tensors, got int32. Use cast(x, "float32").`);
    }
    return perform(operation, [x], null);
  };
}

/** Reads saved values only where the derivative asks for them, so that unused ones may change in place. */
class LazyContext implements UnaryContext {
  readonly c: Tensor;
  readonly #node: Node;

  constructor(c: Tensor, node: Node) {
    this.c = c;
    this.#node = node;
  }

  get x(): Tensor {
    return this.#node.input(0);
  }

  get y(): Tensor {
    return this.#node.output();
  }
}
