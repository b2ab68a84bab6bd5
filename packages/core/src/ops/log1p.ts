import { add } from "./add.ts";
import { div } from "./div.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(log(1 + x)) = dx / (1 + x)
/** log(1 + x), exact near 0. */
export const log1p: Unary = defineUnary("log1p", ({ c, x }) => div(c, add(x, 1)));
