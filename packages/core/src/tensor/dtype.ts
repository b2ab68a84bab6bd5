import { DTypeError } from "../errors.ts";

/** Element types. `reference` runs all three; `wasm` and GPU devices run `float32` and `int32`. */
export type DType = "float32" | "float64" | "int32";

/** The typed array that holds values of some {@link DType} on the host. */
export type TypedArray = Float32Array | Float64Array | Int32Array;

/**
 * A zero-filled host array of `length` elements.
 * @throws code `dtype` for an unknown one.
 */
export function allocateArray(dtype: DType, length: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "float64":
      return new Float64Array(length);
    case "int32":
      return new Int32Array(length);
    default:
      dtype satisfies never;
      throw new DTypeError(`unknown dtype "${dtype}". Use "float32", "float64" or "int32".`);
  }
}

/** The dtype that `values` holds. */
export function dtypeOf(values: TypedArray): DType {
  if (values instanceof Float32Array) return "float32";
  return values instanceof Float64Array ? "float64" : "int32";
}
