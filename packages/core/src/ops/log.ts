import { div } from "./div.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(log x) = dx / x
/** Natural logarithm: −∞ at 0, NaN below. */
export const log: Unary = defineUnary("log", ({ c, x }) => div(c, x));
