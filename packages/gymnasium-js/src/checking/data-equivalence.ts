import { dtypeOf, type NumericArray } from "../spaces/dtype.ts";

/**
 * Whether two observations, rewards or infos are of the same form and, within 1e-5 absolute and relative, equal.
 *
 * @param exact - requires equal numbers.
 */
export function dataEquivalence(a: unknown, b: unknown, exact = false): boolean {
  if (typeof a === "number" && typeof b === "number") {
    return Object.is(a, b) || a === b || (!exact && Math.abs(a - b) <= 1e-5 + 1e-5 * Math.abs(b));
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (dtypeOf(a) !== null || Array.isArray(a)) {
    const [x, y] = [a as NumericArray, b as NumericArray];
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (!dataEquivalence(x[i], y[i], exact)) return false;
    return true;
  }
  const [keysA, keysB] = [Object.keys(a).sort(), Object.keys(b).sort()];
  if (String(keysA) !== String(keysB)) return false;
  return keysA.every((key) =>
    dataEquivalence((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], exact),
  );
}
