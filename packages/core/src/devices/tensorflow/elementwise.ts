import type { DeviceBuffer } from "../backend.ts";
import type { BinaryOp, CompareOp, KernelOf, UnaryOp } from "../kernel.ts";
import { erf } from "../reference/erf.ts";
import type { KernelCalls } from "./calls.ts";
import { isDense, sizeOf, stridedView } from "./strided.ts";
import type { TensorInfo } from "./tfjs.ts";

/** Unary operations that are one kernel of TensorFlow.js on floats. */
const floatKernels: Readonly<Partial<Record<UnaryOp, string>>> = {
  neg: "Neg",
  exp: "Exp",
  expm1: "Expm1",
  log: "Log",
  log1p: "Log1p",
  sqrt: "Sqrt",
  abs: "Abs",
  square: "Square",
  reciprocal: "Reciprocal",
  sin: "Sin",
  cos: "Cos",
  tanh: "Tanh",
  sigmoid: "Sigmoid",
  relu: "Relu",
  softplus: "Softplus",
  erf: "Erf",
  floor: "Floor",
};

const binaryKernels = {
  add: "Add",
  sub: "Sub",
  mul: "Multiply",
  div: "RealDiv",
  pow: "Pow",
  maximum: "Maximum",
  minimum: "Minimum",
} as const;

const compareKernels: Readonly<Record<CompareOp, string>> = {
  equal: "Equal",
  notEqual: "NotEqual",
  less: "Less",
  lessEqual: "LessEqual",
  greater: "Greater",
  greaterEqual: "GreaterEqual",
};

/** y = f(x). */
export function unary(calls: KernelCalls, kernel: KernelOf<"unary">, x: TensorInfo): TensorInfo {
  const { op } = kernel;
  if (kernel.dtype === "int32") return integerUnary(calls, op, x);
  // the JavaScript backend has a formula good to 2e-7; its memory is the host's, so the reference can take its place
  if (op === "erf" && !calls.native) return calls.constant(Float32Array.from(calls.values(x), erf), x.shape);
  const name = floatKernels[op];
  if (name !== undefined) return calls.unary(name, x);
  if (op === "isFinite") return calls.cast(calls.unary("IsFinite", x), "float32");
  // op is sign, which TensorFlow.js takes for 0 at NaN
  return calls.select(calls.unary("IsNan", x), x, calls.unary("Sign", x));
}

/** Several float kernels of TensorFlow.js compute int32 in float32; these do not. */
function integerUnary(calls: KernelCalls, op: UnaryOp, x: TensorInfo): TensorInfo {
  switch (op) {
    case "neg":
      return calls.binary("Sub", calls.scalar(0, "int32"), x);
    case "abs":
      return calls.binary("Maximum", x, integerUnary(calls, "neg", x));
    case "square":
      return calls.binary("Multiply", x, x);
    case "relu":
      return calls.binary("Maximum", x, calls.scalar(0, "int32"));
    case "sign": {
      const least = calls.binary("Minimum", x, calls.scalar(1, "int32"));
      return calls.binary("Maximum", least, calls.scalar(-1, "int32"));
    }
    case "isFinite":
      return calls.like(x, 1);
    default:
      return x; // floor; the others have no integer form and were refused
  }
}

/** z = f(x, y), broadcast. */
export function binary(
  calls: KernelCalls,
  kernel: KernelOf<"binary">,
  inputs: readonly DeviceBuffer[],
): TensorInfo {
  const [x, y] = operands(calls, kernel, inputs);
  const integer = kernel.dtype === "int32";
  return whole(
    calls,
    kernel.shape,
    integer ? integerBinary(calls, kernel.op, x, y) : floatBinary(calls, kernel.op, x, y),
  );
}

function floatBinary(calls: KernelCalls, op: BinaryOp, x: TensorInfo, y: TensorInfo): TensorInfo {
  switch (op) {
    case "pow":
      return power(calls, x, y);
    case "tanhGradient":
      return calls.binary("Multiply", x, calls.binary("Sub", calls.scalar(1), calls.unary("Square", y)));
    case "sigmoidGradient": {
      const slope = calls.binary("Multiply", y, calls.binary("Sub", calls.scalar(1), y));
      return calls.binary("Multiply", x, slope);
    }
    case "reluGradient":
      return reluGradient(calls, x, y, "float32");
    default:
      return calls.binary(binaryKernels[op], x, y);
  }
}

/** A selection, because x may be infinite where y is not positive. */
function reluGradient(
  calls: KernelCalls,
  x: TensorInfo,
  y: TensorInfo,
  dtype: "float32" | "int32",
): TensorInfo {
  const positive = calls.binary("Greater", y, calls.scalar(0, dtype));
  const shape = broadcastShape(x.shape, y.shape);
  const kept = calls.broadcast(x, shape);
  return calls.select(calls.broadcast(positive, shape), kept, calls.like(kept, 0));
}

/** IEEE 754's pow. JavaScript's has NaN for 1^NaN and (±1)^±∞. */
function power(calls: KernelCalls, x: TensorInfo, y: TensorInfo): TensorInfo {
  const result = calls.binary("Pow", x, y);
  if (calls.native || x.shape.length === 0 || y.shape.length === 0) return result;
  const endless = calls.binary("Equal", calls.unary("Abs", y), calls.scalar(Number.POSITIVE_INFINITY));
  const minusOne = calls.binary("Equal", x, calls.scalar(-1));
  const isOne = calls.binary(
    "LogicalOr",
    calls.binary("Equal", x, calls.scalar(1)),
    calls.binary("LogicalAnd", minusOne, endless),
  );
  return calls.select(calls.broadcast(isOne, result.shape), calls.like(result, 1), result);
}

function integerBinary(calls: KernelCalls, op: BinaryOp, x: TensorInfo, y: TensorInfo): TensorInfo {
  switch (op) {
    case "div":
      return integerDivision(calls, x, y);
    case "pow":
      return integerPower(calls, x, y);
    case "reluGradient":
      return reluGradient(calls, x, y, "int32");
    case "tanhGradient":
    case "sigmoidGradient":
      return x; // refused before
    default:
      return calls.binary(binaryKernels[op], x, y);
  }
}

/** Toward zero, and 0 for a zero divisor. TensorFlow has the floor, and refuses zero divisors. */
function integerDivision(calls: KernelCalls, x: TensorInfo, y: TensorInfo): TensorInfo {
  const shape = broadcastShape(x.shape, y.shape);
  const zero = calls.scalar(0, "int32");
  const divisor = calls.broadcast(y, shape);
  const noDivisor = calls.binary("Equal", divisor, zero);
  const safe = calls.select(noDivisor, calls.like(divisor, 1), divisor);
  const floor = calls.binary("FloorDiv", x, safe);
  const remainder = calls.binary("Sub", x, calls.binary("Multiply", floor, safe));
  // below zero, what was left over went to the wrong side
  const below = calls.binary(
    "LogicalAnd",
    calls.binary("NotEqual", remainder, zero),
    calls.binary("Less", floor, zero),
  );
  const quotient = calls.binary("Add", floor, calls.cast(below, "int32"));
  return calls.select(noDivisor, calls.like(quotient, 0), quotient);
}

/** A negative exponent leaves a fraction, so 0, but for the bases 1 and −1. TensorFlow refuses it. */
function integerPower(calls: KernelCalls, x: TensorInfo, y: TensorInfo): TensorInfo {
  const zero = calls.scalar(0, "int32");
  const power = calls.binary("Pow", x, integerUnary(calls, "abs", y));
  const fraction = calls.binary(
    "LogicalAnd",
    calls.binary("Less", y, zero),
    calls.binary("NotEqual", integerUnary(calls, "abs", x), calls.scalar(1, "int32")),
  );
  return calls.select(calls.broadcast(fraction, power.shape), calls.like(power, 0), power);
}

/** z = 1 or 0 as int32. */
export function compare(
  calls: KernelCalls,
  kernel: KernelOf<"compare">,
  inputs: readonly DeviceBuffer[],
): TensorInfo {
  const [x, y] = operands(calls, kernel, inputs);
  const holds = calls.binary(compareKernels[kernel.op], x, y);
  return whole(calls, kernel.shape, calls.cast(holds, "int32"));
}

/** z = x where the condition is not 0, else y. */
export function where(
  calls: KernelCalls,
  kernel: KernelOf<"where">,
  inputs: readonly DeviceBuffer[],
): TensorInfo {
  const { shape, strides } = kernel;
  const [condition, x, y] = inputs.map((buffer, i) =>
    calls.broadcast(stridedView(calls, buffer, shape, strides[i]!), shape),
  );
  return calls.select(calls.binary("NotEqual", condition!, calls.scalar(0, "int32")), x!, y!);
}

/** Rounded to nearest; float → int32 truncates, saturates at the type's ends and maps NaN to 0. */
export function cast(calls: KernelCalls, kernel: KernelOf<"cast">, x: TensorInfo): TensorInfo {
  const to = kernel.to as "float32" | "int32";
  if (to !== "int32" || x.dtype === "int32") return calls.cast(x, to);
  const number = calls.select(calls.unary("IsNan", x), calls.like(x, 0), x);
  const least = calls.binary("Maximum", number, calls.scalar(-(2 ** 31)));
  // the largest float32 below 2³¹
  const inside = calls.binary("Minimum", least, calls.scalar(2 ** 31 - 128));
  const truncated = calls.cast(inside, "int32");
  const over = calls.binary("GreaterEqual", x, calls.scalar(2 ** 31));
  return calls.select(over, calls.like(truncated, 2 ** 31 - 1), truncated);
}

/** The two operands in shapes that broadcast to the kernel's. */
function operands(
  calls: KernelCalls,
  kernel: KernelOf<"binary"> | KernelOf<"compare">,
  inputs: readonly DeviceBuffer[],
): [TensorInfo, TensorInfo] {
  const { shape, strides, scalar } = kernel;
  const size = sizeOf(shape);
  const [first, second] = inputs;
  const firstDense = first!.length === size && isDense(shape, strides[0]!);
  if (scalar !== undefined) {
    const x = firstDense ? calls.any(first!) : stridedView(calls, first!, shape, strides[0]!);
    const integer = kernel.dtype === "int32";
    const number = calls.scalar(
      integer ? Math.trunc(scalar.value) : scalar.value,
      integer ? "int32" : "float32",
    );
    return scalar.side === "left" ? [number, x] : [x, number];
  }
  if (firstDense && second!.length === size && isDense(shape, strides[1]!)) {
    const x = calls.any(first!);
    return [x, calls.view(second!, x.shape)];
  }
  const x = stridedView(calls, first!, shape, strides[0]!);
  return [x, stridedView(calls, second!, shape, strides[1]!)];
}

/** A result in all its elements: where every operand repeats, TensorFlow computes one and we repeat it. */
function whole(calls: KernelCalls, shape: readonly number[], result: TensorInfo): TensorInfo {
  return sizeOf(result.shape) === sizeOf(shape) ? result : calls.broadcast(result, shape);
}

/** NumPy's rule, for shapes that are known to fit. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) =>
    Math.max(a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1),
  );
}
