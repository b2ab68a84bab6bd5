import { cos } from "./cos.ts";
import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(sin x) = cos x dx
/** sin x, x in radians. */
export const sin: Unary = defineUnary("sin", ({ c, x }) => mul(c, cos(x)));
