import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { checkCount, scatterAdd } from "./gather.ts";
import { filledLike } from "./launch.ts";
import { reshape } from "./reshape.ts";

/**
 * 1 at the index in a new last axis of `depth`, 0 elsewhere; no gradient.
 * @throws code `index` where an index is not in 0 … depth − 1; `option` for a depth that is none.
 */
export function oneHot(index: Tensor, depth: number, dtype: DType = "float32"): Tensor {
  checkCount("oneHot", "depth", depth);
  const column = reshape(index, [...index.shape, 1]);
  return scatterAdd(filledLike(index, column.shape, 1, dtype), -1, column, depth);
}
