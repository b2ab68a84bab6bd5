import type { DeviceBuffer } from "../backend.ts";
import type { KernelOf } from "../kernel.ts";
import { stridedOffsets } from "../reference/strided.ts";
import type { KernelCalls } from "./calls.ts";
import { type Box, boxOf, gatherFlat, isDense, sizeOf, stridedView, transpose } from "./strided.ts";
import type { TensorInfo } from "./tfjs.ts";

/** The strided copy: the contents of y after it. */
export function copy(
  calls: KernelCalls,
  kernel: KernelOf<"copy">,
  x: DeviceBuffer,
  y: DeviceBuffer,
): TensorInfo {
  const { shape, inputStrides, inputOffset, outputStrides, outputOffset } = kernel;
  const everything = sizeOf(shape) === y.length;
  const straight = everything && outputOffset === 0 && isDense(shape, outputStrides);
  if (straight && inputOffset === 0 && x.length === y.length && isDense(shape, inputStrides))
    return calls.any(x);
  const values = calls.broadcast(stridedView(calls, x, shape, inputStrides, inputOffset), shape);
  if (straight) return values;
  const box = boxOf(y.length, shape, outputStrides, outputOffset);
  if (box === null || box.reversed.length > 0) return update(calls, kernel, values, y);
  const counted = calls.reshape(
    values,
    shape.filter((size) => size !== 1),
  );
  const order = [...box.axes].sort((a, b) => a - b);
  const sorted = transpose(
    calls,
    counted,
    box.axes.map((axis) => order.indexOf(axis)),
  );
  if (box.whole) return sorted;
  const axis = partialAxis(box);
  return axis === null ? update(calls, kernel, values, y) : joined(calls, box, axis, sorted, y);
}

/** The only axis along which a box leaves something of the buffer out, or null. */
function partialAxis({ dims, size }: Box): number | null {
  const partial = dims.flatMap((dim, axis) => (dim === size[axis] ? [] : [axis]));
  return partial.length === 1 ? partial[0]! : null;
}

/** What y has before the box, the values, and what it has behind it. */
function joined(calls: KernelCalls, box: Box, axis: number, values: TensorInfo, y: DeviceBuffer): TensorInfo {
  const { dims, begin, size } = box;
  const old = calls.view(y, dims);
  const part = (from: number, to: number): TensorInfo[] =>
    from === to
      ? []
      : [
          calls.call(
            "Slice",
            { x: old },
            {
              begin: dims.map((_, i) => (i === axis ? from : 0)),
              size: dims.map((dim, i) => (i === axis ? to - from : dim)),
            },
          ),
        ];
  const end = begin[axis]! + size[axis]!;
  const parts = [...part(0, begin[axis]!), calls.reshape(values, size), ...part(end, dims[axis]!)];
  return calls.call("Concat", parts, { axis });
}

/** y with the values at their places, element by element. */
function update(
  calls: KernelCalls,
  kernel: KernelOf<"copy">,
  values: TensorInfo,
  y: DeviceBuffer,
): TensorInfo {
  const places = stridedOffsets(kernel.shape, kernel.outputStrides, kernel.outputOffset);
  return calls.call("TensorScatterUpdate", {
    tensor: calls.view(y, [y.length]),
    indices: calls.constant(places, [places.length, 1]),
    updates: calls.reshape(values, [places.length]),
  });
}

/** y[o, j, i] = x[o, index, i]. */
export function gather(
  calls: KernelCalls,
  kernel: KernelOf<"gather">,
  x: DeviceBuffer,
  index: DeviceBuffer,
): TensorInfo {
  if (selectsRows(kernel)) {
    const rows = calls.view(x, [kernel.axis, kernel.inner]);
    return calls.call("GatherNd", { params: rows, indices: calls.view(index, [kernel.count, 1]) });
  }
  return gatherFlat(calls, x, positions(calls, kernel, index));
}

/** The transpose of gather: sums in index order. */
export function scatterAdd(
  calls: KernelCalls,
  kernel: KernelOf<"scatterAdd">,
  x: DeviceBuffer,
  index: DeviceBuffer,
): TensorInfo {
  const { outer, axis, inner, count, dtype } = kernel;
  const length = outer * axis * inner;
  if (x.length === 0) return calls.call("Fill", {}, { shape: [length], value: 0, dtype });
  if (selectsRows(kernel)) {
    return calls.call(
      "ScatterNd",
      { indices: calls.view(index, [count, 1]), updates: calls.view(x, [count, inner]) },
      { shape: [axis, inner] },
    );
  }
  const updates = calls.view(x, [x.length]);
  return calls.call("ScatterNd", { indices: positions(calls, kernel, index), updates }, { shape: [length] });
}

/** Whether the index names whole rows of a matrix. */
function selectsRows(kernel: KernelOf<"gather"> | KernelOf<"scatterAdd">): boolean {
  return kernel.outer === 1 && (kernel.mode === "slices" || kernel.inner === 1);
}

/** Where in the flat [outer, axis, inner] every selected element is, as [outer count inner, 1]: (o axis + index) inner + i. */
function positions(
  calls: KernelCalls,
  kernel: KernelOf<"gather"> | KernelOf<"scatterAdd">,
  index: DeviceBuffer,
): TensorInfo {
  const { mode, outer, axis, inner, count } = kernel;
  const starts = stridedOffsets([outer, 1, inner], [axis * inner, 0, 1]);
  const rows = calls.view(index, mode === "slices" ? [count, 1] : [outer, count, inner]);
  const steps = inner === 1 ? rows : calls.binary("Multiply", rows, calls.scalar(inner, "int32"));
  const flat = calls.binary("Add", calls.constant(starts, [outer, 1, inner]), steps);
  return calls.reshape(flat, [outer * count * inner, 1]);
}
