import { GradbridgeError, type Tensor } from "@gradbridge/core";

/**
 * Refuses a divergence between distributions of different kinds or sizes: nothing broadcasts.
 * @param parameter one that says the size of a distribution
 * @throws code `distribution`.
 */
export function checkComparable<D extends object>(own: D, other: D, parameter: (of: D) => Tensor): void {
  const kind = own.constructor.name;
  const isAlike = other instanceof own.constructor;
  const [shape, otherShape] = [parameter(own).shape, isAlike ? parameter(other).shape : null];
  if (otherShape !== null && otherShape.join() === shape.join()) return;
  const got =
    otherShape === null
      ? ((other as object | undefined)?.constructor.name ?? String(other))
      : `one of [${otherShape.join(", ")}]`;
  throw new GradbridgeError(
    "distribution",
    `${kind}: kl of [${shape.join(", ")}] needs another ${kind} of that size, got ${got}.`,
  );
}
