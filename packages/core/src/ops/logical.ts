import type { Tensor } from "../tensor/tensor.ts";
import { isTensor } from "../tensor/tensor.ts";
import type { Operand } from "./binary.ts";
import { equal, notEqual } from "./comparisons.ts";
import { maximum } from "./maximum.ts";
import { mul } from "./mul.ts";

/** Truth of a tensor or number: not 0 (NaN included), as 1 or 0. */
function truth(x: Operand): Operand {
  return isTensor(x) ? notEqual(x, 0) : Number(x !== 0);
}

/** 1 where x and y are both not 0, else 0, as int32; they broadcast; no gradient. */
export function logicalAnd(x: Tensor, y: Operand): Tensor {
  return mul(truth(x), truth(y));
}

/** 1 where x or y is not 0, else 0, as int32; they broadcast; no gradient. */
export function logicalOr(x: Tensor, y: Operand): Tensor {
  return maximum(truth(x), truth(y));
}

/** 1 where x is 0, else 0, as int32; no gradient. */
export function logicalNot(x: Tensor): Tensor {
  return equal(x, 0);
}

/** 1 where x is NaN, else 0, as int32; no gradient. */
export function isNan(x: Tensor): Tensor {
  return notEqual(x, x);
}
