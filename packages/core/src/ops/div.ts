import { type Binary, defineBinary } from "./binary.ts";
import { mul } from "./mul.ts";
import { neg } from "./neg.ts";

/** x / y. */
export const div: Binary = defineBinary("div", {
  // d(x/y) = dx / y − (x/y) dy / y
  left: ({ c, y }) => div(c, y),
  right: ({ c, y, z }) => neg(div(mul(c, z), y)),
});
