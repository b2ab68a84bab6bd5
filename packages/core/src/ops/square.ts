import { mul } from "./mul.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(x²) = 2x dx
/** x². */
export const square: Unary = defineUnary("square", ({ c, x }) => mul(c, mul(x, 2)));
