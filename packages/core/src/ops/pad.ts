import { ShapeError } from "../errors.ts";
import { stridesOf } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { filledLike, launchInPlace } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";
import { identity } from "./reshape.ts";
import { slice } from "./slice.ts";

interface Margins {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly value: number;
}

const operation: Operation<Margins> = {
  name: "pad",
  forward: ([x], { before, after, value }) => {
    const output = filledLike(
      x,
      x.shape.map((size, i) => before[i] + size + after[i]),
      value,
    );
    const outputStrides = stridesOf(output.shape);
    const outputOffset = before.reduce((offset, margin, i) => offset + margin * outputStrides[i], 0);
    if (x.size > 0) {
      launchInPlace(
        {
          kind: "copy",
          dtype: x.dtype,
          shape: x.shape,
          inputOffset: 0,
          inputStrides: stridesOf(x.shape),
          outputOffset,
          outputStrides,
        },
        [x],
        [output],
      );
    }
    return output;
  },
  vjp: (c, node) => {
    const { before } = node.attributes;
    return slice(
      c,
      before,
      node.inputShapes[0].map((size, i) => before[i] + size),
    );
  },
};

/**
 * x surrounded by `value` (default 0): `before[i]` and `after[i]` of them along axis i.
 * @throws code `shape` for margins that are no non-negative integers, one per axis.
 */
export function pad(x: Tensor, before: readonly number[], after: readonly number[], value = 0): Tensor {
  const fits = (margins: readonly number[]): boolean =>
    margins.length === x.shape.length && margins.every((margin) => Number.isInteger(margin) && margin >= 0);
  if (!fits(before) || !fits(after)) {
    throw new ShapeError(
      `pad: needs ${x.shape.length} non-negative margins before and after, got [${before}] and [${after}].`,
    );
  }
  if ([...before, ...after].every((margin) => margin === 0)) return identity(x);
  return perform(operation, [x], { before: [...before], after: [...after], value });
}
