/**
 * Derivatives of activations from their outputs, each one kernel instead of three. They are operations like any
 * other, so second derivatives work.
 */
import { type Binary, defineBinary } from "./binary.ts";
import { zerosLike } from "./constant-like.ts";
import { mul } from "./mul.ts";
import { sub } from "./sub.ts";

/** c (1 − y²), for y = tanh x. */
export const tanhGradient: Binary = defineBinary("tanhGradient", {
  // d(c (1 − y²)) = (1 − y²) dc − 2 c y dy
  left: ({ c, y }) => tanhGradient(c, y),
  right: ({ c, x, y }) => mul(mul(c, -2), mul(x, y)),
});

/** c y (1 − y), for y = σ(x). */
export const sigmoidGradient: Binary = defineBinary("sigmoidGradient", {
  // d(c y (1 − y)) = y (1 − y) dc + c (1 − 2y) dy
  left: ({ c, y }) => sigmoidGradient(c, y),
  right: ({ c, x, y }) => mul(c, mul(x, sub(1, mul(y, 2)))),
});

/** c where y > 0, else 0, for y = relu(x). */
export const reluGradient: Binary = defineBinary("reluGradient", {
  // linear in c, constant in y almost everywhere
  left: ({ c, y }) => reluGradient(c, y),
  right: ({ c }) => zerosLike(c),
});
