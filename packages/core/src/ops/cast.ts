import { GradbridgeError } from "@gradbridge/random";
import { DTypeError } from "../errors.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

interface Conversion {
  readonly from: DType;
  readonly to: DType;
}

const operation: Operation<Conversion> = {
  name: "cast",
  forward: ([x], { to }) => launch({ kind: "cast", dtype: x.dtype, to, length: x.size }, [x], x.shape, to),
  vjp: (c, node) => cast(c, node.attributes.from),
};

const toIntegers: Operation<Conversion> = { ...operation, vjp: null };

/**
 * x in another dtype. Floats become int32 by truncation toward zero, and no gradient flows through that.
 * @throws code `dtype` where the device lacks it.
 */
export function cast(x: Tensor, dtype: DType): Tensor {
  if (x.dtype === dtype) return x;
  const { backend } = x.storage;
  if (!["float32", "float64", "int32"].includes(dtype)) {
    throw new GradbridgeError("dtype", `cast: unknown dtype "${dtype}". Use float32, float64 or int32.`);
  }
  if (!backend.dtypes.includes(dtype)) {
    throw new DTypeError(`cast: ${backend.name} has no ${dtype}, only ${backend.dtypes.join(" and ")}.`);
  }
  return perform(dtype === "int32" ? toIntegers : operation, [x], { from: x.dtype, to: dtype });
}
