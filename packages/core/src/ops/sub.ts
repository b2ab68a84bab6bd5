import { type Binary, defineBinary } from "./binary.ts";
import { neg } from "./neg.ts";

/** x − y. */
export const sub: Binary = defineBinary("sub", {
  // d(x − y) = dx − dy
  left: ({ c }) => c,
  right: ({ c }) => neg(c),
});
