import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../errors.ts";
import { outsideRecording } from "../tensor/recording.ts";
import { formatShape, normalizeAxis, type Shape, sizeOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

interface Along {
  readonly mode: "elements" | "slices";
  readonly axis: number;
}

function around(shape: Shape, axis: number): { outer: number; inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) };
}

const gatherOperation: Operation<Along> = {
  name: "gather",
  forward: ([x, index], { mode, axis }) => {
    const shape = [...x.shape];
    shape[axis] = mode === "elements" ? index.shape[axis] : index.size;
    const { outer, inner } = around(x.shape, axis);
    const kernel = {
      kind: "gather",
      mode,
      dtype: x.dtype,
      outer,
      axis: x.shape[axis],
      inner,
      count: shape[axis],
    } as const;
    return launch(kernel, [x, index], shape);
  },
  // what was read from one place adds up there
  vjp: (c, node) => {
    const { mode, axis } = node.attributes;
    return perform(scatterOperation, [c, node.input(1)], { mode, axis, size: node.inputShapes[0][axis] });
  },
};

const scatterOperation: Operation<Along & { readonly size: number }> = {
  name: "scatterAdd",
  forward: ([x, index], { mode, axis, size }) => {
    const shape = [...x.shape];
    shape[axis] = size;
    const { outer, inner } = around(x.shape, axis);
    const kernel = {
      kind: "scatterAdd",
      mode,
      dtype: x.dtype,
      outer,
      axis: size,
      inner,
      count: x.shape[axis],
    } as const;
    return launch(kernel, [x, index], shape);
  },
  vjp: (c, node) => perform(gatherOperation, [c, node.input(1)], node.attributes),
};

/** Reads back the indices where the host can see them: a wrong one would read foreign memory. */
function checkIndices(operation: string, index: Tensor, size: number): void {
  if (index.dtype !== "int32") {
    throw new DTypeError(
      `${operation}: indices are int32, got ${index.dtype}. Use tensor(…, { dtype: "int32" }) or cast().`,
    );
  }
  if (index.storage.backend.readSync === undefined) return;
  const values = outsideRecording(() => index.dataSync());
  for (let i = 0; i < values.length; i++) {
    if (values[i] < 0 || values[i] >= size) {
      throw new GradbridgeError(
        "index",
        `${operation}: index ${values[i]} is out of range for an axis of ${size}; use 0 … ${size - 1}.`,
      );
    }
  }
}

/** Refuses a number of elements that is none. Internal. */
export function checkCount(operation: string, what: string, count: number): void {
  if (Number.isInteger(count) && count >= 0) return;
  throw new GradbridgeError("option", `${operation}: ${what} must be a non-negative integer, got ${count}.`);
}

function checkElements(operation: string, x: Shape, index: Shape, axis: number): void {
  if (x.length !== index.length || x.some((size, i) => i !== axis && size !== index[i])) {
    throw new ShapeError(
      `${operation}: index ${formatShape(index)} must have the sizes of ${formatShape(x)} outside axis ${axis}.`,
    );
  }
}

/** As `gather` and `indexSelect`, for indices that are known to fit. Internal. */
export function gatherUnchecked(x: Tensor, axis: number, index: Tensor, mode: Along["mode"]): Tensor {
  return perform(gatherOperation, [x, index], { mode, axis });
}

/**
 * y[…, j, …] = x[…, index[…, j, …], …]: picks one element of the axis per element of `index` (int32), whose other
 * sizes are x's.
 * @throws code `shape`, `dtype`, or `index` where one is out of range.
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const normal = normalizeAxis("gather", axis, x.shape.length);
  checkElements("gather", x.shape, index.shape, normal);
  checkIndices("gather", index, x.shape[normal]);
  return gatherUnchecked(x, normal, index, "elements");
}

/**
 * The slices of x along one axis at the positions in `index` (int32, one axis), in that order.
 * @throws code `shape`, `dtype`, or `index` where one is out of range.
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  const normal = normalizeAxis("indexSelect", axis, x.shape.length);
  if (index.shape.length !== 1) {
    throw new ShapeError(
      `indexSelect: the index must have one axis, got ${formatShape(index.shape)}. Use gather() for others.`,
    );
  }
  checkIndices("indexSelect", index, x.shape[normal]);
  return gatherUnchecked(x, normal, index, "slices");
}

/**
 * Zeros of x's shape but with `size` elements along `axis`, to which x is added at `index`: the transpose of gather.
 * @throws code `shape`, `dtype`, `option` for a size that is none, or `index` where one is out of range.
 */
export function scatterAdd(x: Tensor, axis: number, index: Tensor, size: number): Tensor {
  const normal = normalizeAxis("scatterAdd", axis, x.shape.length);
  checkCount("scatterAdd", "size", size);
  checkElements("scatterAdd", x.shape, index.shape, normal);
  checkIndices("scatterAdd", index, size);
  return perform(scatterOperation, [x, index], { mode: "elements", axis: normal, size });
}
