import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { square } from "./square.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(1/x) = −dx / x²
/** 1 / x. */
export const reciprocal: Unary = defineUnary("reciprocal", ({ c, y }) => neg(mul(c, square(y))));
