import { ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { slice } from "./slice.ts";

/**
 * x cut along one axis into parts of the given sizes, or into parts of one size (the last may be smaller): the
 * inverse of `concat`.
 * @throws code `shape` for sizes that do not add up to the axis.
 */
export function split(x: Tensor, sizes: number | readonly number[], axis = 0): Tensor[] {
  const normal = normalizeAxis("split", axis, x.shape.length);
  const total = x.shape[normal];
  if (typeof sizes === "number" && !(Number.isInteger(sizes) && sizes > 0)) {
    throw new ShapeError(`split: the size of a part must be a positive integer, got ${sizes}.`);
  }
  const parts =
    typeof sizes === "number"
      ? Array.from({ length: Math.max(1, Math.ceil(total / sizes)) }, (_, i) =>
          Math.min(sizes, total - i * sizes),
        )
      : sizes;
  const whole = parts.reduce((sum, size) => sum + size, 0);
  if (whole !== total || !parts.every((size) => Number.isInteger(size) && size >= 0)) {
    throw new ShapeError(
      `split: sizes ${formatShape(parts)} must add up to the ${total} elements of axis ${normal}, not ${whole}.`,
    );
  }
  let start = 0;
  return parts.map((size) => {
    const starts = x.shape.map((_, i) => (i === normal ? start : 0));
    const ends = x.shape.map((length, i) => (i === normal ? start + size : length));
    start += size;
    return slice(x, starts, ends);
  });
}
