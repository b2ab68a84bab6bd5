import { GradbridgeError, isTensor, type Tensor, tensor } from "@gradbridge/core";

/** A mask as environments hand it out: B rows of 0 and 1, one after the other. */
export type ActionMask = Tensor | Int8Array | Uint8Array | Int32Array;

/**
 * A mask on a device, int32 [rows, size]. An array is checked: its length, its values, and that every place of every
 * row has a choice.
 * @param places how many choices each place has; they add up to `size`
 * @throws code `mask` naming row and place.
 */
export function maskTensor(
  mask: ActionMask,
  rows: number,
  places: readonly number[],
  device: string,
): Tensor {
  if (isTensor(mask)) return mask;
  const size = places.reduce((total, n) => total + n, 0);
  if (size === 0) {
    throw new GradbridgeError("mask", "act: a mask was given, but this policy's actions take none.");
  }
  if (mask.length !== rows * size) {
    throw new GradbridgeError(
      "mask",
      `act: the mask has ${mask.length} numbers; ${rows} rows of ${size} choices are ${rows * size}.`,
    );
  }
  let start = 0;
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < places.length; place++) {
      const end = start + places[place]!;
      let allowed = 0;
      for (; start < end; start++) {
        const value = mask[start]!;
        if (value !== 0 && value !== 1) {
          throw new GradbridgeError("mask", `act: a mask holds 0 and 1, got ${value} in row ${row}.`);
        }
        allowed += value;
      }
      if (allowed === 0) throw nothingAllowed(row, places.length > 1 ? place : undefined);
    }
  }
  return tensor(Int32Array.from(mask), { shape: [rows, size], device });
}

/** Refuses a mask that does not fit its logits. */
export function checkMask(distribution: string, mask: Tensor, logits: Tensor): void {
  if (mask.dtype !== "int32" || mask.shape.join() !== logits.shape.join()) {
    throw new GradbridgeError(
      "mask",
      `${distribution}: the mask must be int32 [${logits.shape.join(", ")}] like the logits, ` +
        `got ${mask.dtype} [${mask.shape.join(", ")}].`,
    );
  }
}

/** The error for a row that has no choice left. */
export function nothingAllowed(row: number, place?: number): GradbridgeError {
  const where = place === undefined ? `row ${row}` : `row ${row}, place ${place}`;
  return new GradbridgeError(
    "mask",
    `The mask of ${where} allows no action. An environment with nothing left to do must end its episode.`,
  );
}
