import { type Binary, defineBinary } from "./binary.ts";

/** x + y. */
export const add: Binary = defineBinary("add", {
  // d(x + y) = dx + dy
  left: ({ c }) => c,
  right: ({ c }) => c,
});
