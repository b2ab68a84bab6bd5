import { div } from "./div.ts";
import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(√x) = dx / (2 √x)
/** √x. */
export const sqrt: Unary = defineUnary("sqrt", ({ c, y }) => div(c, mul(y, 2)));
