import { GradbridgeError } from "@gradbridge/random";
import type { Node } from "../autograd/node.ts";
import type { BinaryOp, CompareOp, Kernel } from "../devices/kernel.ts";
import { DTypeError } from "../errors.ts";
import { broadcastShapes, broadcastStrides, type Shape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { sumTo } from "./sum-to.ts";

/** An operand of a binary operation. A number takes the other operand's dtype. */
export type Operand = Tensor | number;

/** z = f(x, y), element by element, broadcasting as NumPy does. */
export type Binary = (x: Operand, y: Operand) => Tensor;

/** What the derivative of z = f(x, y) may use: the cotangent `c`, the operands, the result `z`. */
export interface BinaryContext {
  readonly c: Tensor;
  readonly x: Operand;
  readonly y: Operand;
  readonly z: Tensor;
}

type Scalar = { readonly side: "left" | "right"; readonly value: number } | null;

/** An operation from one kernel op. `left` and `right` return c · ∂f/∂x and c · ∂f/∂y in the broadcast shape. */
export function defineBinary(
  op: BinaryOp,
  derivative: { left(context: BinaryContext): Tensor; right(context: BinaryContext): Tensor },
): Binary {
  const operation: Operation<Scalar> = {
    name: op,
    forward: (inputs, scalar) => elementwise("binary", op, inputs, scalar),
    vjp: (c, node, index) => {
      const side = node.attributes?.side === "left" || index === 1 ? "right" : "left";
      return sumTo(derivative[side](new LazyContext(c, node, node.attributes)), node.inputShapes[index]);
    },
  };
  return (x, y) => performBinary(operation, x, y);
}

/** A comparison: 1 or 0 as int32, no derivative. */
export function defineCompare(op: CompareOp): Binary {
  const operation: Operation<Scalar> = {
    name: op,
    forward: (inputs, scalar) => elementwise("compare", op, inputs, scalar),
    vjp: null,
  };
  return (x, y) => performBinary(operation, x, y);
}

function performBinary(operation: Operation<Scalar>, x: Operand, y: Operand): Tensor {
  if (isTensor(x)) {
    if (isTensor(y)) return perform(operation, [x, y], null);
    return perform(operation, [x], { side: "right", value: checkNumber(operation.name, y, x) });
  }
  if (isTensor(y)) return perform(operation, [y], { side: "left", value: checkNumber(operation.name, x, y) });
  throw new GradbridgeError(
    "operand",
    `${operation.name}: one operand must be a tensor, got ${typeof x} and ${typeof y}.`,
  );
}

function checkNumber(operation: string, value: unknown, other: Tensor): number {
  if (typeof value !== "number") {
    throw new GradbridgeError(
      "operand",
      `${operation}: operands are tensors or numbers, got ${typeof value}.`,
    );
  }
  if (other.dtype === "int32" && !Number.isInteger(value)) {
    throw new DTypeError(`${operation}: ${value} does not fit an int32 tensor. Use cast(x, "float32").`);
  }
  return value;
}

function elementwise(
  kind: "binary" | "compare",
  op: BinaryOp | CompareOp,
  inputs: readonly Tensor[],
  scalar: Scalar,
): Tensor {
  const [x, y] = inputs;
  const shape = y === undefined ? x.shape : broadcastOperands(op, x, y);
  const strides = inputs.map((input) => broadcastStrides(input.shape, shape));
  const kernel = {
    kind,
    op,
    dtype: x.dtype,
    shape,
    strides,
    ...(scalar === null ? {} : { scalar }),
  } as Kernel;
  return launch(kernel, inputs, shape, kind === "compare" ? "int32" : x.dtype);
}

/** The common shape of two operands of one dtype. */
export function broadcastOperands(operation: string, x: Tensor, y: Tensor): Shape {
  if (x.dtype !== y.dtype) {
    throw new DTypeError(
      `${operation}: operands are ${x.dtype} and ${y.dtype}. Nothing is converted silently; use cast().`,
    );
  }
  return broadcastShapes(operation, x.shape, y.shape);
}

class LazyContext implements BinaryContext {
  readonly c: Tensor;
  readonly #node: Node;
  readonly #scalar: Scalar;

  constructor(c: Tensor, node: Node, scalar: Scalar) {
    this.c = c;
    this.#node = node;
    this.#scalar = scalar;
  }

  get x(): Operand {
    return this.#scalar?.side === "left" ? this.#scalar.value : this.#node.input(0);
  }

  get y(): Operand {
    if (this.#scalar === null) return this.#node.input(1);
    return this.#scalar.side === "right" ? this.#scalar.value : this.#node.input(0);
  }

  get z(): Tensor {
    return this.#node.output();
  }
}
