import { reluGradient } from "./activation-gradients.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(relu x) = dx where x > 0, 0 elsewhere and at 0
/** max(x, 0). */
export const relu: Unary = defineUnary("relu", ({ c, y }) => reluGradient(c, y));
