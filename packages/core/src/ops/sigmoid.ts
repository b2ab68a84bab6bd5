import { sigmoidGradient } from "./activation-gradients.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(σ(x)) = σ(x)(1 − σ(x)) dx
/** 1 / (1 + e⁻ˣ). */
export const sigmoid: Unary = defineUnary("sigmoid", ({ c, y }) => sigmoidGradient(c, y));
