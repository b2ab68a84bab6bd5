import { zerosLike } from "./constant-like.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(sign x) = 0: constant almost everywhere
/** −1, 0 or 1. */
export const sign: Unary = defineUnary("sign", ({ c }) => zerosLike(c));
