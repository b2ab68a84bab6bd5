import { exp } from "./exp.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";
import { square } from "./square.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(erf x) = 2/√π e^(−x²) dx
/** The error function, 2/√π ∫₀ˣ e^(−t²) dt. */
export const erf: Unary = defineUnary("erf", ({ c, x }) =>
  mul(c, mul(exp(neg(square(x))), 2 / Math.sqrt(Math.PI))),
);
