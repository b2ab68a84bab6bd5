import { type Binary, defineBinary } from "./binary.ts";

/** x y, element by element. */
export const mul: Binary = defineBinary("mul", {
  // d(xy) = y dx + x dy
  left: ({ c, y }) => mul(c, y),
  right: ({ c, x }) => mul(c, x),
});
