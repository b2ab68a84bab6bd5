import { DTypeError, ShapeError } from "../errors.ts";
import { formatShape, normalizeAxis, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { filledLike, launchInPlace } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";

interface Joint {
  readonly axis: number;
  /** Where each input begins along the axis, and where the last one ends. */
  readonly offsets: readonly number[];
}

const operation: Operation<Joint> = {
  name: "concat",
  forward: (inputs, { axis, offsets }) => {
    const shape = [...inputs[0].shape];
    shape[axis] = offsets[inputs.length];
    const output = filledLike(inputs[0], shape, 0);
    const outputStrides = stridesOf(shape);
    inputs.forEach((x, i) => {
      if (x.size === 0) return;
      const inputStrides = stridesOf(x.shape);
      const outputOffset = offsets[i] * outputStrides[axis];
      const kernel = {
        kind: "copy",
        dtype: x.dtype,
        shape: x.shape,
        inputOffset: 0,
        inputStrides,
        outputOffset,
        outputStrides,
      };
      launchInPlace(kernel as Parameters<typeof launchInPlace>[0], [x], [output]);
    });
    return output;
  },
  // each input gets its own part of the cotangent back
  vjp: (c, node, index) => {
    const { axis, offsets } = node.attributes;
    const starts = c.shape.map((_, i) => (i === axis ? offsets[index] : 0));
    const ends = c.shape.map((size, i) => (i === axis ? offsets[index + 1] : size));
    return slice(c, starts, ends);
  },
};

/**
 * Tensors joined along an existing axis; their other sizes agree.
 * @throws code `shape` or `dtype` where they do not fit.
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new ShapeError("concat: needs at least one tensor.");
  const normal = normalizeAxis("concat", axis, first.shape.length);
  const offsets = [0];
  for (const x of tensors) {
    if (x.dtype !== first.dtype)
      throw new DTypeError(`concat: dtypes differ, ${first.dtype} and ${x.dtype}. Use cast().`);
    const fits =
      x.shape.length === first.shape.length &&
      x.shape.every((size, i) => i === normal || size === first.shape[i]);
    if (!fits) {
      throw new ShapeError(
        `concat: shapes ${formatShape(first.shape)} and ${formatShape(x.shape)} differ outside axis ${normal}.`,
      );
    }
    offsets.push(offsets[offsets.length - 1] + x.shape[normal]);
  }
  return perform(operation, tensors, { axis: normal, offsets });
}

/** Tensors of one shape joined along a new axis. */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = tensors[0];
  if (first === undefined) throw new ShapeError("stack: needs at least one tensor.");
  const normal = normalizeAxis("stack", axis, first.shape.length + 1);
  return concat(
    tensors.map((x) => reshape(x, [...x.shape.slice(0, normal), 1, ...x.shape.slice(normal)])),
    normal,
  );
}
