import type { Tensor } from "../tensor/tensor.ts";
import { type Binary, defineBinary, type Operand } from "./binary.ts";
import { equal, less } from "./comparisons.ts";
import { asTensor } from "./constant-like.ts";
import { mul } from "./mul.ts";
import { where } from "./where.ts";

/** The larger of x and y; NaN where either is. */
export const maximum: Binary = defineBinary("maximum", {
  left: ({ c, x, y, z }) => toLarger(c, x, y, z),
  right: ({ c, x, y, z }) => toLarger(c, y, x, z),
});

/** The smaller of x and y; NaN where either is. */
export const minimum: Binary = defineBinary("minimum", {
  left: ({ c, x, y, z }) => toLarger(c, y, x, z),
  right: ({ c, x, y, z }) => toLarger(c, x, y, z),
});

// The cotangent goes to the operand that won; a tie is shared in halves, and a NaN gives it to both, as in PyTorch.
function toLarger(c: Tensor, winner: Operand, loser: Operand, z: Tensor): Tensor {
  const a = asTensor(winner, z);
  const b = asTensor(loser, z);
  return where(less(a, b), 0, where(equal(a, b), mul(c, 0.5), c));
}
