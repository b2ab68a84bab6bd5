import { type Binary, defineCompare } from "./binary.ts";

/** x = y: 1 or 0 as int32, like all comparisons; no gradient flows through them. */
export const equal: Binary = defineCompare("equal");
/** x ≠ y. */
export const notEqual: Binary = defineCompare("notEqual");
/** x < y. */
export const less: Binary = defineCompare("less");
/** x ≤ y. */
export const lessEqual: Binary = defineCompare("lessEqual");
/** x > y. */
export const greater: Binary = defineCompare("greater");
/** x ≥ y. */
export const greaterEqual: Binary = defineCompare("greaterEqual");
