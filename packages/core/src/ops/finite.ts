import { defineUnary, type Unary } from "./unary.ts";

/** 1 where x is neither infinite nor NaN, else 0, in x's dtype; no gradient. */
export const finite: Unary = defineUnary("isFinite", null);
