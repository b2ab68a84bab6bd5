import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { sin } from "./sin.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(cos x) = −sin x dx
/** cos x, x in radians. */
export const cos: Unary = defineUnary("cos", ({ c, x }) => neg(mul(c, sin(x))));
