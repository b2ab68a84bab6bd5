import { ShapeError } from "../errors.ts";
import { formatShape, stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { pad } from "./pad.ts";

interface Range {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const operation: Operation<Range> = {
  name: "slice",
  forward: ([x], { starts, ends }) => {
    const shape = starts.map((start, i) => ends[i] - start);
    const inputStrides = stridesOf(x.shape);
    const inputOffset = starts.reduce((offset, start, i) => offset + start * inputStrides[i], 0);
    const outputStrides = stridesOf(shape);
    return launch(
      { kind: "copy", dtype: x.dtype, shape, inputOffset, inputStrides, outputOffset: 0, outputStrides },
      [x],
      shape,
    );
  },
  vjp: (c, node) => {
    const { starts, ends } = node.attributes;
    return pad(
      c,
      starts,
      node.inputShapes[0].map((size, i) => size - ends[i]),
    );
  },
};

/**
 * The block x[starts[0] : ends[0], starts[1] : ends[1], …]. Negative bounds count from the end; axes beyond the
 * lists are whole. Ends default to the axes' ends.
 * @throws code `shape` for bounds outside an axis or in the wrong order.
 */
export function slice(x: Tensor, starts: readonly number[], ends: readonly number[] = []): Tensor {
  const rank = x.shape.length;
  const from: number[] = [];
  const to: number[] = [];
  for (let i = 0; i < rank; i++) {
    const size = x.shape[i];
    const start = starts[i] ?? 0;
    const end = ends[i] ?? size;
    from.push(start < 0 ? start + size : start);
    to.push(end < 0 ? end + size : end);
    if (
      !(
        Number.isInteger(from[i]) &&
        Number.isInteger(to[i]) &&
        0 <= from[i] &&
        from[i] <= to[i] &&
        to[i] <= size
      )
    ) {
      throw new ShapeError(`slice: ${start} … ${end} is no range of axis ${i}, which has ${size} elements.`);
    }
  }
  if (starts.length > rank || ends.length > rank) {
    throw new ShapeError(
      `slice: ${Math.max(starts.length, ends.length)} bounds for a tensor of shape ${formatShape(x.shape)}.`,
    );
  }
  return perform(operation, [x], { starts: from, ends: to });
}
