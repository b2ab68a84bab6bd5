import type { DeviceBuffer } from "../backend.ts";
import { stridedOffsets } from "../reference/strided.ts";
import type { KernelCalls } from "./calls.ts";
import type { TensorInfo } from "./tfjs.ts";

/** The number of elements of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (let axis = 0; axis < shape.length; axis++) size *= shape[axis]!;
  return size;
}

/** Whether strides walk through the elements of `shape` one after the other. */
export function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/**
 * A strided region as a box in a dense array: [length / s₀, s₀ / s₁, ..., sₙ], for the strides s sorted downwards.
 * TensorFlow.js has no strides; it has Slice, Transpose, Reverse and Concat on dense arrays.
 */
export interface Box {
  /** The whole buffer. */
  readonly dims: readonly number[];
  readonly begin: readonly number[];
  readonly size: readonly number[];
  /** For each axis of the box (its last, of the smallest stride, left out): the axis of the region. */
  readonly axes: readonly number[];
  /** Axes of the region that run backwards. */
  readonly reversed: readonly number[];
  /** Whether the box is the whole buffer. */
  readonly whole: boolean;
}

/** The box of a region in a buffer of `length` elements; null where it is none. Axes of one element, or stride 0, do not count. */
export function boxOf(
  length: number,
  shape: readonly number[],
  strides: readonly number[],
  offset: number,
): Box | null {
  const reversed: number[] = [];
  const axes: number[] = [];
  let rest = offset;
  for (let axis = 0; axis < shape.length; axis++) {
    const stride = strides[axis]!;
    if (shape[axis] === 1 || stride === 0) continue;
    axes.push(axis);
    if (stride > 0) continue;
    reversed.push(axis);
    rest += stride * (shape[axis]! - 1);
  }
  axes.sort((a, b) => Math.abs(strides[b]!) - Math.abs(strides[a]!));
  const dims: number[] = [];
  const begin: number[] = [];
  const size: number[] = [];
  let outerStride = length;
  for (const axis of axes) {
    const stride = Math.abs(strides[axis]!);
    if (outerStride % stride !== 0) return null;
    dims.push(outerStride / stride);
    outerStride = stride;
    size.push(shape[axis]!);
  }
  dims.push(outerStride);
  size.push(1);
  let before = length;
  for (let axis = 0; axis < dims.length; axis++) {
    before /= dims[axis]!;
    begin.push(Math.floor(rest / before));
    rest %= before;
    if (begin[axis]! + size[axis]! > dims[axis]!) return null;
  }
  const whole = dims.every((dim, axis) => dim === size[axis]);
  return { dims, begin, size, axes, reversed, whole };
}

/**
 * The elements of a buffer seen through strides, of `shape` but with 1 where the stride is 0 (and no 1 at the front):
 * what broadcasts to `shape`.
 */
export function stridedView(
  calls: KernelCalls,
  buffer: DeviceBuffer,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): TensorInfo {
  const sizes = shape.map((size, axis) => (strides[axis] === 0 ? 1 : size));
  const first = sizes.findIndex((size) => size !== 1);
  const result = first < 0 ? [] : sizes.slice(first);
  if (offset === 0 && sizeOf(sizes) === buffer.length && isDense(sizes, strides)) {
    return calls.view(buffer, result);
  }
  const box = boxOf(buffer.length, shape, strides, offset);
  if (box === null) {
    const offsets = stridedOffsets(sizes, strides, offset);
    return calls.reshape(gatherFlat(calls, buffer, calls.constant(offsets, [offsets.length, 1])), result);
  }
  const { dims, begin, size, axes, reversed } = box;
  let x: TensorInfo = calls.view(buffer, box.whole ? dims.slice(0, -1) : dims);
  if (!box.whole) x = calls.call("Slice", { x }, { begin, size });
  x = calls.reshape(x, size.slice(0, -1));
  const order = [...axes].sort((a, b) => a - b);
  x = transpose(
    calls,
    x,
    order.map((axis) => axes.indexOf(axis)),
  );
  if (reversed.length > 0) {
    x = calls.call("Reverse", { x }, { dims: reversed.map((axis) => order.indexOf(axis)) });
  }
  return calls.reshape(x, result);
}

/** x with its axes in another order. */
export function transpose(calls: KernelCalls, x: TensorInfo, perm: readonly number[]): TensorInfo {
  return perm.every((axis, at) => axis === at) ? x : calls.call("Transpose", { x }, { perm: [...perm] });
}

/** Elements of a buffer by their positions, which are of [n, 1]. */
export function gatherFlat(calls: KernelCalls, buffer: DeviceBuffer, positions: TensorInfo): TensorInfo {
  // GatherV2 would read the positions back to check them; GatherNd does not
  return calls.call("GatherNd", { params: calls.view(buffer, [buffer.length]), indices: positions });
}
