import { zerosLike } from "./constant-like.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d⌊x⌋ = 0: constant almost everywhere
/** ⌊x⌋. */
export const floor: Unary = defineUnary("floor", ({ c }) => zerosLike(c));
