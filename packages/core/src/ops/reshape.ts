import { mode } from "../autograd/mode.ts";
import { ShapeError } from "../errors.ts";
import { checkShape, formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { type Operation, perform } from "./operation.ts";

const operation: Operation<Shape> = {
  name: "reshape",
  forward: ([x], shape) => new Tensor(x.storage, shape, x.dtype),
  vjp: (c, node) => reshape(c, node.inputShapes[0]),
};

/**
 * The same elements in row-major order under another shape; one size may be −1 and is inferred. Shares x's memory.
 * @throws code `shape` where the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const sizes = [...shape];
  const unknown = sizes.indexOf(-1);
  if (unknown >= 0) {
    sizes[unknown] = 1;
    sizes[unknown] = x.size / sizeOf(sizes);
  }
  if (unknown < 0 || Number.isInteger(sizes[unknown])) checkShape("reshape", sizes);
  if (sizeOf(sizes) !== x.size || !sizes.every(Number.isInteger)) {
    throw new ShapeError(
      `reshape: ${formatShape(x.shape)} has ${x.size} elements, which do not fit ${formatShape(shape)}.`,
    );
  }
  return sameShape(x.shape, sizes) ? identity(x) : perform(operation, [x], sizes);
}

/**
 * x itself where nobody can tell; otherwise a tensor of its own, so that hooks and `retainGrad` on the result of an
 * operation never reach its input, not even where the operation has nothing to do. Internal.
 */
export function identity(x: Tensor): Tensor {
  return mode.recording && x.requiresGrad ? perform(operation, [x], x.shape) : x;
}
