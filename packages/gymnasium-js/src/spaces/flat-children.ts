import { GymnasiumError } from "../errors.ts";
import { Box } from "./box.ts";
import { createArray, type DType, type NumericArray, resultType } from "./dtype.ts";
import { requireFlat, type Space } from "./space.ts";

/** The length of the children's flat vectors together. Throws `unsupported` where one has no fixed length. */
export function flatSizeOf(owner: Space, children: readonly Space[]): number {
  if (!owner.isFlattenable) {
    throw new GymnasiumError(
      "unsupported",
      `${owner} has no flat vector of fixed length: it holds a Graph or a Sequence.`,
    );
  }
  return children.reduce((total, child) => total + child.flatSize, 0);
}

/** The box of the children's flat vectors one after the other, of the smallest dtype that holds all of them. */
export function concatenateFlatSpaces(children: readonly Space[]): Box<DType> {
  const boxes = children.map((child) => child.flattenSpace() as Box<DType>);
  return new Box<DType>(
    boxes.flatMap((box) => restoreInfinity(box.low, box.boundedBelow, -Infinity)),
    boxes.flatMap((box) => restoreInfinity(box.high, box.boundedAbove, Infinity)),
    { dtype: resultType(boxes.map((box) => box.dtype)) },
  );
}

function restoreInfinity(bounds: NumericArray, bounded: Uint8Array, infinity: number): number[] {
  const isFloat = bounds instanceof Float32Array || bounds instanceof Float64Array;
  return Array.from(bounds, (bound, i) => (isFloat && !bounded[i] ? infinity : bound));
}

/** The children's elements, flattened one after the other. */
export function concatenateFlat(children: readonly Space[], elements: readonly unknown[]): NumericArray {
  const parts = children.map((child, i) => child.flatten(elements[i]) as NumericArray);
  const dtypes = children.map((child) => (child.flattenSpace() as Box<DType>).dtype);
  const out = createArray(
    resultType(dtypes),
    parts.reduce((total, part) => total + part.length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}

/** Cuts a flat vector into the children's elements: the inverse of {@link concatenateFlat}. */
export function splitFlat(owner: Space, children: readonly Space[], flat: unknown): unknown[] {
  const values = Array.from(requireFlat(owner, flat, owner.flatSize));
  let offset = 0;
  return children.map((child) => {
    const part = values.slice(offset, offset + child.flatSize);
    offset += child.flatSize;
    return child.unflatten(part);
  });
}
