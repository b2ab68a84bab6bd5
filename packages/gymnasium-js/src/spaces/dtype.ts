import { GymnasiumError } from "../errors.ts";

/** The array type that holds elements of each dtype. `bool` is held as 0 and 1. */
export interface TypedArrayOf {
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  bool: Uint8Array;
}

/** The element types an array-valued space can have. */
export type DType = keyof TypedArrayOf;

/** Any array that a space's element can be. */
export type NumericArray = TypedArrayOf[DType];

interface DTypeFacts {
  readonly kind: "f" | "i" | "u" | "b";
  readonly bits: number;
  readonly min: number;
  readonly max: number;
  readonly create: (length: number) => NumericArray;
}

const LARGEST_FLOAT32 = 3.4028234663852886e38;

const FACTS: { readonly [D in DType]: DTypeFacts } = {
  float32: {
    kind: "f",
    bits: 32,
    min: -LARGEST_FLOAT32,
    max: LARGEST_FLOAT32,
    create: (n) => new Float32Array(n),
  },
  float64: {
    kind: "f",
    bits: 64,
    min: -Number.MAX_VALUE,
    max: Number.MAX_VALUE,
    create: (n) => new Float64Array(n),
  },
  int8: { kind: "i", bits: 8, min: -128, max: 127, create: (n) => new Int8Array(n) },
  int16: { kind: "i", bits: 16, min: -32768, max: 32767, create: (n) => new Int16Array(n) },
  int32: { kind: "i", bits: 32, min: -2147483648, max: 2147483647, create: (n) => new Int32Array(n) },
  uint8: { kind: "u", bits: 8, min: 0, max: 255, create: (n) => new Uint8Array(n) },
  uint16: { kind: "u", bits: 16, min: 0, max: 65535, create: (n) => new Uint16Array(n) },
  uint32: { kind: "u", bits: 32, min: 0, max: 4294967295, create: (n) => new Uint32Array(n) },
  bool: { kind: "b", bits: 8, min: 0, max: 1, create: (n) => new Uint8Array(n) },
};

/** The names of all dtypes. */
export const DTYPES: readonly DType[] = Object.keys(FACTS) as DType[];

/** Kind (`f`loat, signed `i`nteger, `u`nsigned, `b`ool), width and range of a dtype. Throws `bad-space` for others. */
export function dtypeFacts(dtype: DType): DTypeFacts {
  const facts = FACTS[dtype];
  if (facts === undefined) {
    throw new GymnasiumError(
      "bad-space",
      `Unknown dtype ${String(dtype)}; one of ${DTYPES.join(", ")} is allowed.`,
    );
  }
  return facts;
}

/** A zero-filled array of `length` elements of `dtype`. */
export function createArray<D extends DType>(dtype: D, length: number): TypedArrayOf[D] {
  return dtypeFacts(dtype).create(length) as TypedArrayOf[D];
}

/** The dtype of a typed array (`uint8` for both `uint8` and `bool`), or `null` for anything else. */
export function dtypeOf(array: unknown): DType | null {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Float64Array) return "float64";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint8Array) return "uint8";
  if (array instanceof Int8Array) return "int8";
  if (array instanceof Int16Array) return "int16";
  if (array instanceof Uint16Array) return "uint16";
  if (array instanceof Uint32Array) return "uint32";
  return null;
}

/** Whether every value of dtype `from` is exactly a value of dtype `to`: NumPy's `can_cast(from, to)`. */
export function canCast(from: DType, to: DType): boolean {
  const source = dtypeFacts(from);
  const target = dtypeFacts(to);
  if (from === to || source.kind === "b") return true;
  if (target.kind === "b") return false;
  if (source.kind === "f") return target.kind === "f" && source.bits <= target.bits;
  if (target.kind === "f") return source.bits * 2 <= target.bits;
  if (source.kind === "u")
    return target.kind === "u" ? source.bits <= target.bits : source.bits < target.bits;
  return target.kind === "i" && source.bits <= target.bits;
}

/** The smallest dtype that holds the values of all of `dtypes`: NumPy's `result_type`, ending at `float64`. */
export function resultType(dtypes: readonly DType[]): DType {
  const widest: readonly DType[] = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "float32",
    "float64",
  ];
  return widest.find((candidate) => dtypes.every((dtype) => canCast(dtype, candidate))) ?? "float64";
}

/** Product of the sizes; 1 for the empty shape of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
