import { add } from "./add.ts";
import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(eˣ − 1) = (y + 1) dx
/** eˣ − 1, exact near 0. */
export const expm1: Unary = defineUnary("expm1", ({ c, y }) => mul(c, add(y, 1)));
