import { isTensor } from "../tensor/tensor.ts";
import { type Binary, defineBinary } from "./binary.ts";
import { equal, greaterEqual } from "./comparisons.ts";
import { asTensor, zerosLike } from "./constant-like.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";
import { where } from "./where.ts";

/** xʸ. */
export const pow: Binary = defineBinary("pow", {
  // ∂xʸ/∂x = y xʸ⁻¹, and 0 where y = 0 even at x = 0
  left: ({ c, x, y }) => {
    if (!isTensor(y)) return y === 0 ? zerosLike(c) : mul(c, mul(pow(x, y - 1), y));
    return where(equal(y, 0), 0, mul(c, mul(y, pow(x, sub(y, 1)))));
  },
  // ∂xʸ/∂y = xʸ log x, and 0 where x = 0 and y ≥ 0, as PyTorch has it
  right: ({ c, x, y, z }) => {
    const base = asTensor(x, z);
    const flat = mul(equal(base, 0), greaterEqual(asTensor(y, z), 0));
    return where(flat, 0, mul(c, mul(z, log(base))));
  },
});
