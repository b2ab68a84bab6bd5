import { tanhGradient } from "./activation-gradients.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(tanh x) = (1 − tanh² x) dx
/** tanh x. */
export const tanh: Unary = defineUnary("tanh", ({ c, y }) => tanhGradient(c, y));
