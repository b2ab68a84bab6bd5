import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(eˣ) = eˣ dx
/** eˣ. */
export const exp: Unary = defineUnary("exp", ({ c, y }) => mul(c, y));
