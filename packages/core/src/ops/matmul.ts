import { DTypeError, ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { reshape } from "./reshape.ts";
import { sumTo } from "./sum-to.ts";

/** Which operands are stored transposed. */
interface Transposes {
  readonly a: boolean;
  readonly b: boolean;
}

/** [batch…, m, n] = op(A) op(B), where op transposes the last two axes if asked. */
const operation: Operation<Transposes> = {
  name: "matmul",
  forward: ([a, b], transposes) => {
    const batchShape = broadcastShapes("matmul", a.shape.slice(0, -2), b.shape.slice(0, -2));
    const batch = sizeOf(batchShape);
    const left = expandBatch(a, batchShape);
    const right = expandBatch(b, batchShape);
    const { m, n, k } = matrixSizes(a.shape, b.shape, transposes);
    const shape = [...batchShape, m, n];
    return launch(
      {
        kind: "matmul",
        dtype: a.dtype,
        batch,
        m,
        n,
        k,
        transposeA: transposes.a,
        transposeB: transposes.b,
        batchStrideA: left.size === m * k ? 0 : m * k,
        batchStrideB: right.size === k * n ? 0 : k * n,
        bias: false,
        activation: "none",
      },
      [left, right],
      shape,
    );
  },
  // d(AB) = dA B + A dB, so Ā = C̄ Bᵀ and B̄ = Aᵀ C̄; a transposed operand gets the transpose of that
  vjp: (c, node, index) => {
    const { a: ta, b: tb } = node.attributes;
    const other = node.input(1 - index);
    if (index === 0) {
      const gradient = ta ? product(other, c, tb, true) : product(c, other, false, !tb);
      return sumTo(gradient, node.inputShapes[0]);
    }
    const gradient = tb ? product(c, other, true, ta) : product(other, c, !ta, false);
    return sumTo(gradient, node.inputShapes[1]);
  },
};

function matrixSizes(a: Shape, b: Shape, transposes: Transposes): { m: number; n: number; k: number } {
  const [rowsA, columnsA] = a.slice(-2);
  const [rowsB, columnsB] = b.slice(-2);
  const [m, k] = transposes.a ? [columnsA, rowsA] : [rowsA, columnsA];
  const [inner, n] = transposes.b ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== inner) {
    const mark = (shape: Shape, transposed: boolean): string => formatShape(shape) + (transposed ? "ᵀ" : "");
    throw new ShapeError(
      `matmul: inner sizes differ, got ${mark(a, transposes.a)} × ${mark(b, transposes.b)}: ` +
        `the last axis of the first (${k}) must equal the last but one of the second (${inner}).`,
    );
  }
  return { m, n, k };
}

/** A single matrix serves the whole batch; anything between one and all is spelled out. */
function expandBatch(x: Tensor, batchShape: Shape): Tensor {
  const own = sizeOf(x.shape.slice(0, -2));
  if (own === 1 || own === sizeOf(batchShape)) return x;
  return broadcastTo(x, [...batchShape, ...x.shape.slice(-2)]);
}

/** op(A) op(B) for tensors of at least two axes; `transposeA` and `transposeB` swap the last two without a copy. */
export function product(a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean): Tensor {
  return perform(operation, [a, b], { a: transposeA, b: transposeB });
}

/**
 * Matrix product over the last two axes; leading axes broadcast. As in NumPy, a first operand with one axis is a
 * row, a second one a column, and that axis is dropped from the result.
 * @throws code `shape` where the inner sizes differ or an operand is a scalar; `dtype` where the dtypes differ.
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  if (a.dtype !== b.dtype)
    throw new DTypeError(`matmul: operands are ${a.dtype} and ${b.dtype}. Use cast().`);
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new ShapeError("matmul: operands need at least one axis, got a scalar. Use mul().");
  }
  const left = a.shape.length === 1 ? reshape(a, [1, a.shape[0]]) : a;
  const right = b.shape.length === 1 ? reshape(b, [b.shape[0], 1]) : b;
  matrixSizes(left.shape, right.shape, { a: false, b: false });
  const result = product(left, right, false, false);
  if (left === a && right === b) return result;
  const shape = [...result.shape];
  if (right !== b) shape.pop();
  if (left !== a) shape.splice(right !== b ? -1 : -2, 1);
  return reshape(result, shape);
}
