import { ShapeError } from "../errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { matmul } from "./matmul.ts";
import { mul } from "./mul.ts";
import { unsqueeze } from "./squeeze.ts";

function checkVectors(operation: string, x: Tensor, y: Tensor): void {
  if (x.shape.length === 1 && y.shape.length === 1) return;
  throw new ShapeError(
    `${operation}: takes two vectors, got ${formatShape(x.shape)} and ${formatShape(y.shape)}. Use matmul() or einsum().`,
  );
}

/**
 * Σ xᵢ yᵢ of two vectors of one length, a scalar.
 * @throws code `shape` or `dtype` where they do not fit.
 */
export function dot(x: Tensor, y: Tensor): Tensor {
  checkVectors("dot", x, y);
  return matmul(x, y);
}

/**
 * The matrix xᵢ yⱼ of two vectors.
 * @throws code `shape` or `dtype` where they do not fit.
 */
export function outer(x: Tensor, y: Tensor): Tensor {
  checkVectors("outer", x, y);
  return mul(unsqueeze(x, 1), y);
}
