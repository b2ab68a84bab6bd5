import { defineUnary, type Unary } from "./unary.ts";

/** −x. */
export const neg: Unary = defineUnary("neg", ({ c }) => neg(c));
