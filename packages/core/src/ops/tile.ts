import { ShapeError } from "../errors.ts";
import { formatShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { broadcastTo } from "./broadcast-to.ts";
import { reshape } from "./reshape.ts";

/**
 * x laid side by side `repeats[i]` times along axis i, as NumPy's `tile` and PyTorch's `repeat`: missing leading
 * repeats are 1, extra ones make new axes.
 * @throws code `shape` for repeats that are no non-negative integers.
 */
export function tile(x: Tensor, repeats: readonly number[]): Tensor {
  if (!repeats.every((count) => Number.isInteger(count) && count >= 0)) {
    throw new ShapeError(`tile: repeats are non-negative integers, got ${formatShape(repeats)}.`);
  }
  const rank = Math.max(x.shape.length, repeats.length);
  const counts = [...new Array<number>(rank - repeats.length).fill(1), ...repeats];
  const sizes = [...new Array<number>(rank - x.shape.length).fill(1), ...x.shape];
  const spread = broadcastTo(
    reshape(
      x,
      sizes.flatMap((size) => [1, size]),
    ),
    sizes.flatMap((size, i) => [counts[i], size]),
  );
  return reshape(
    spread,
    sizes.map((size, i) => counts[i] * size),
  );
}
