import { mul } from "./mul.ts";
import { sign } from "./sign.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d|x| = sign(x) dx, 0 at 0
/** |x|. */
export const abs: Unary = defineUnary("abs", ({ c, x }) => mul(c, sign(x)));
