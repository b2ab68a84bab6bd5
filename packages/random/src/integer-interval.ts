import type { IntegerWidth } from "./bounded-integers.ts";
import { GradbridgeError } from "./errors.ts";

/** NumPy's integer types. Each width consumes the stream in its own way, so the type changes what is drawn. */
export type IntegerDType =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64";

/** Arrays that `fillIntegers` can fill. */
export type IntegerArray =
  | number[]
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

interface IntegerType {
  readonly width: IntegerWidth;
  readonly least: bigint;
  readonly greatest: bigint;
  /** The same limits as doubles, for calls with numbers; exact below 2^53, where those end. */
  readonly leastNumber: number;
  readonly greatestNumber: number;
}

const TYPES: Readonly<Record<IntegerDType, IntegerType>> = {
  bool: integerType(1, 0n, 1n),
  int8: signed(8),
  uint8: unsigned(8),
  int16: signed(16),
  uint16: unsigned(16),
  int32: signed(32),
  uint32: unsigned(32),
  int64: signed(64),
  uint64: unsigned(64),
};

/** The width of a type. Throws GradbridgeError `dtype` if there is no such type. */
export function widthOf(dtype: IntegerDType): IntegerWidth {
  const type = TYPES[dtype];
  if (type === undefined) {
    throw new GradbridgeError(
      "dtype",
      `integers: unknown dtype ${JSON.stringify(dtype)}; use one of ${Object.keys(TYPES).join(", ")}`,
    );
  }
  return type.width;
}

/**
 * The largest offset from `low` that may be drawn, for bounds given as numbers. Throws GradbridgeError `range` if the
 * bounds are not safe integers, lie outside the type, enclose nothing, or lie more than 2^53 − 1 apart.
 */
export function numberRange(low: number, high: number, endpoint: boolean, dtype: IntegerDType): number {
  if (!Number.isSafeInteger(low) || !Number.isSafeInteger(high)) {
    throw new GradbridgeError(
      "range",
      `integers: the bounds must be integers below 2^53 in size, got ${low} and ${high}; write larger ones as bigint`,
    );
  }
  const last = endpoint ? high : high - 1;
  const type = TYPES[dtype];
  if (low < type.leastNumber || last > type.greatestNumber) throw outside(low, last, dtype);
  if (last < low) throw nothingBetween(low, high, endpoint);
  if (last - low > Number.MAX_SAFE_INTEGER) {
    throw new GradbridgeError(
      "range",
      `integers: a number cannot hold every integer from ${low} to ${last}; write the bounds as bigint`,
    );
  }
  return last - low;
}

/** The same for bounds given as bigint, where the whole of every type is open. */
export function bigintRange(low: bigint, high: bigint, endpoint: boolean, dtype: IntegerDType): bigint {
  const last = endpoint ? high : high - 1n;
  const { least, greatest } = TYPES[dtype];
  if (low < least || last > greatest) throw outside(low, last, dtype);
  if (last < low) throw nothingBetween(low, high, endpoint);
  return last - low;
}

/** A bound as a bigint. Throws GradbridgeError `range` if it is a number that is no safe integer. */
export function bigintBound(bound: number | bigint): bigint {
  if (typeof bound === "number" && !Number.isSafeInteger(bound)) {
    throw new GradbridgeError("range", `integers: the bounds must be integers, got ${bound}`);
  }
  return BigInt(bound);
}

/** The type whose algorithm fills an array when none is named: its own, and int64 for arrays of plain numbers. */
export function dtypeOf(out: IntegerArray): IntegerDType {
  if (out instanceof Int8Array) return "int8";
  if (out instanceof Uint8Array || out instanceof Uint8ClampedArray) return "uint8";
  if (out instanceof Int16Array) return "int16";
  if (out instanceof Uint16Array) return "uint16";
  if (out instanceof Int32Array) return "int32";
  if (out instanceof Uint32Array) return "uint32";
  if (out instanceof BigUint64Array) return "uint64";
  return "int64";
}

/** Throws GradbridgeError `range` if `out` cannot hold every integer from `low` to `last`. */
export function checkFits(out: IntegerArray, low: bigint, last: bigint): void {
  const isFloat32 = out instanceof Float32Array;
  if (isFloat32 || out instanceof Float64Array || Array.isArray(out)) {
    const greatest = isFloat32 ? 2n ** 24n : BigInt(Number.MAX_SAFE_INTEGER);
    if (low >= -greatest && last <= greatest) return;
  } else {
    const { least, greatest } = TYPES[dtypeOf(out)];
    if (low >= least && last <= greatest) return;
  }
  throw new GradbridgeError(
    "range",
    `fillIntegers: ${out.constructor.name} cannot hold every integer from ${low} to ${last}`,
  );
}

function signed(width: 8 | 16 | 32 | 64): IntegerType {
  const half = 1n << BigInt(width - 1);
  return integerType(width, -half, half - 1n);
}

function unsigned(width: 8 | 16 | 32 | 64): IntegerType {
  return integerType(width, 0n, (1n << BigInt(width)) - 1n);
}

function integerType(width: IntegerWidth, least: bigint, greatest: bigint): IntegerType {
  return { width, least, greatest, leastNumber: Number(least), greatestNumber: Number(greatest) };
}

function outside(low: number | bigint, last: number | bigint, dtype: IntegerDType): GradbridgeError {
  const { least, greatest } = TYPES[dtype];
  return new GradbridgeError(
    "range",
    `integers: ${low} to ${last} reaches outside ${dtype}, which holds ${least} to ${greatest}`,
  );
}

function nothingBetween(low: number | bigint, high: number | bigint, endpoint: boolean): GradbridgeError {
  return new GradbridgeError(
    "range",
    endpoint
      ? `integers: no integer lies between ${low} and ${high}; with endpoint, low must not exceed high`
      : `integers: no integer lies from ${low} up to but not including ${high}; low must be less than high`,
  );
}
