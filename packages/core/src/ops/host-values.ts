import type { TypedArray } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/**
 * The values of a tensor for a check that only looks, or null on devices that the host cannot read at once: there the
 * check is skipped. Never for computing. Internal.
 */
export function hostValues(x: Tensor): TypedArray | null {
  const { backend, buffer } = x.storage;
  return backend.readSync === undefined ? null : backend.readSync(buffer);
}
