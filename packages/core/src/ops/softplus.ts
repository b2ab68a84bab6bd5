import { mul } from "./mul.ts";
import { sigmoid } from "./sigmoid.ts";
import { defineUnary, type Unary } from "./unary.ts";

// d(log(1 + eˣ)) = σ(x) dx
/** log(1 + eˣ), without overflow. */
export const softplus: Unary = defineUnary("softplus", ({ c, x }) => mul(c, sigmoid(x)));
