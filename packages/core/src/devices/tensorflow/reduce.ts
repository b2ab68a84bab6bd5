import type { DeviceBuffer } from "../backend.ts";
import type { KernelOf, ReduceOp } from "../kernel.ts";
import type { KernelCalls } from "./calls.ts";
import { transpose } from "./strided.ts";
import type { TensorInfo } from "./tfjs.ts";

/** [outer, axis, inner] without axes of one element at either end, and where the axis then is. */
function lines(size: { outer: number; axis: number; inner: number }): { shape: number[]; axis: number } {
  const { outer, axis, inner } = size;
  const shape = [...(outer === 1 ? [] : [outer]), axis, ...(inner === 1 ? [] : [inner])];
  return { shape, axis: outer === 1 ? 0 : 1 };
}

/** y[o, i] = f over a of x[o, a, i]. */
export function reduce(calls: KernelCalls, kernel: KernelOf<"reduce">, buffer: DeviceBuffer): TensorInfo {
  const { op, outer, inner } = kernel;
  if (kernel.axis === 0) return calls.call("Fill", {}, { shape: [outer * inner], ...identity(kernel) });
  if (op === "argmax" || op === "argmin") {
    const { shape, axis } = lines(kernel);
    return argument(calls, op, calls.view(buffer, shape), axis);
  }
  if (op === "prod" && kernel.dtype === "int32" && !calls.native)
    return wrappingProduct(calls, kernel, buffer);
  if (outer === 1 && inner === 1) {
    const x = calls.any(buffer); // of all elements: their shape does not matter
    return fold(
      calls,
      op,
      x,
      x.shape.map((_, axis) => axis),
      false,
    );
  }
  const { shape, axis } = lines(kernel);
  return fold(calls, op, calls.view(buffer, shape), [axis], false);
}

function fold(
  calls: KernelCalls,
  op: "sum" | "prod" | "max" | "min",
  x: TensorInfo,
  axes: readonly number[],
  keepDims: boolean,
): TensorInfo {
  if (axes.length === 0) return x;
  const attrs = { axis: axes, reductionIndices: axes, keepDims };
  switch (op) {
    case "sum":
      return calls.call("Sum", { x }, attrs);
    case "prod":
      return calls.call("Prod", { x }, attrs);
    case "max":
      return calls.call("Max", { x }, attrs);
    case "min":
      return calls.call("Min", { x }, attrs);
    default:
      return op satisfies never;
  }
}

/** TensorFlow.js multiplies in double and wraps once at the end, when the low bits are gone. Its memory is the host's, so ours is the loop. */
function wrappingProduct(calls: KernelCalls, kernel: KernelOf<"reduce">, buffer: DeviceBuffer): TensorInfo {
  const { outer, axis, inner } = kernel;
  const x = calls.values(calls.any(buffer));
  const products = new Int32Array(outer * inner).fill(1);
  for (let o = 0; o < outer; o++) {
    for (let a = 0; a < axis; a++) {
      for (let i = 0; i < inner; i++) {
        const at = o * inner + i;
        products[at] = Math.imul(products[at]!, x[(o * axis + a) * inner + i]!);
      }
    }
  }
  return calls.constant(products, [outer * inner]);
}

/** What a reduction of nothing gives. */
function identity({ op, dtype }: KernelOf<"reduce">): { value: number; dtype: string } {
  const integer = dtype === "int32";
  const values: Record<ReduceOp, number> = {
    sum: 0,
    prod: 1,
    max: integer ? -(2 ** 31) : Number.NEGATIVE_INFINITY,
    min: integer ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY,
    argmax: 0,
    argmin: 0,
  };
  return { value: values[op], dtype: op.startsWith("arg") ? "int32" : dtype };
}

/** The first NaN if there is one, else the first of the best. TensorFlow passes NaN over. */
function argument(calls: KernelCalls, op: "argmax" | "argmin", x: TensorInfo, axis: number): TensorInfo {
  const best = calls.call(op === "argmax" ? "ArgMax" : "ArgMin", { x }, { axis });
  if (x.dtype === "int32") return best;
  const unordered = calls.cast(calls.unary("IsNan", x), "int32");
  const some = calls.call("Max", { x: unordered }, { reductionIndices: [axis], keepDims: false });
  const first = calls.call("ArgMax", { x: unordered }, { axis });
  return calls.select(calls.cast(some, "bool"), first, best);
}

/** Running sums along the axis. */
export function cumsum(calls: KernelCalls, kernel: KernelOf<"cumsum">, buffer: DeviceBuffer): TensorInfo {
  const { outer, axis, inner, reverse } = kernel;
  // the JavaScript backend runs along the last axis alone
  if (inner === 1) return running(calls, calls.view(buffer, [outer, axis]), reverse);
  const turned = transpose(calls, calls.view(buffer, [outer, axis, inner]), [0, 2, 1]);
  return transpose(calls, running(calls, turned, reverse), [0, 2, 1]);
}

function running(calls: KernelCalls, x: TensorInfo, reverse: boolean): TensorInfo {
  return calls.call("Cumsum", { x }, { axis: x.shape.length - 1, exclusive: false, reverse });
}

/** The softmax family along the middle axis, shifted by the maximum. */
export function softmax(calls: KernelCalls, kernel: KernelOf<"softmax">, buffer: DeviceBuffer): TensorInfo {
  const { shape, axis } = lines(kernel);
  const x = calls.view(buffer, shape);
  if (kernel.op === "softmax" && calls.native && axis === shape.length - 1) {
    return calls.call("Softmax", { logits: x }, { dim: axis });
  }
  const maximum = fold(calls, "max", x, [axis], true);
  const shifted = calls.binary("Sub", x, maximum);
  const powers = calls.unary("Exp", shifted);
  const sum = fold(calls, "sum", powers, [axis], true);
  switch (kernel.op) {
    case "softmax":
      return calls.binary("RealDiv", powers, sum);
    case "logSoftmax":
      return calls.binary("Sub", shifted, calls.unary("Log", sum));
    case "logsumexp": {
      const result = calls.binary("Add", maximum, calls.unary("Log", sum));
      // a line of −∞ only, or with an ∞ in it
      return calls.select(calls.unary("IsFinite", maximum), result, maximum);
    }
    default:
      return kernel.op satisfies never;
  }
}
