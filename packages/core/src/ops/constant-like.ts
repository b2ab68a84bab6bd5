import { isTensor, type Tensor } from "../tensor/tensor.ts";
import type { Operand } from "./binary.ts";
import { filledLike } from "./launch.ts";

/** Zeros in x's shape, dtype and device. */
export function zerosLike(x: Tensor): Tensor {
  return filledLike(x, x.shape, 0);
}

/** Ones in x's shape, dtype and device. */
export function onesLike(x: Tensor): Tensor {
  return filledLike(x, x.shape, 1);
}

/** A number as a scalar tensor of `like`'s dtype and device; a tensor as it is. Internal. */
export function asTensor(operand: Operand, like: Tensor): Tensor {
  return isTensor(operand) ? operand : filledLike(like, [], operand);
}
