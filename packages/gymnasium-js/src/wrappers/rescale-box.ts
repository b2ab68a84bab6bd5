import { GymnasiumError } from "../errors.ts";
import { Box } from "../spaces/box.ts";
import { createArray, type DType, type NumericArray } from "../spaces/dtype.ts";
import { flattenNumbers, type NestedNumbers } from "../spaces/numbers.ts";

/** A box with new bounds and the straight lines between both. */
export interface RescaledBox {
  readonly box: Box<DType>;
  /** An element of the old box as one of the new box. */
  forward(element: ArrayLike<number>): NumericArray;
  /** Inverse of {@link forward}. */
  backward(element: ArrayLike<number>): NumericArray;
}

/**
 * Stretches a box linearly to new bounds, place by place. Open places keep their open bounds.
 *
 * new = gradient · old + intercept, computed in the box's dtype.
 *
 * @param low - one number, or one for each place.
 * @throws GymnasiumError `bad-kwarg` where bounds have another shape, cross, or are open where the others are not.
 */
export function rescaleBox(
  owner: string,
  box: Box<DType>,
  low: NestedNumbers,
  high: NestedNumbers,
): RescaledBox {
  const newLow = spread(owner, box, low);
  const newHigh = spread(owner, box, high);
  const gradient = createArray(box.dtype, box.size);
  const intercept = createArray(box.dtype, box.size);
  const round = box.dtype === "float32" ? Math.fround : (value: number): number => value;
  for (let i = 0; i < box.size; i++) {
    const [oldLow, oldHigh] = [box.low[i]!, box.high[i]!];
    const lowOpen = !Number.isFinite(newLow[i]!) || !Number.isFinite(oldLow);
    const highOpen = !Number.isFinite(newHigh[i]!) || !Number.isFinite(oldHigh);
    if (
      (lowOpen && newLow[i] !== oldLow) ||
      (highOpen && newHigh[i] !== oldHigh) ||
      newLow[i]! > newHigh[i]!
    ) {
      throw new GymnasiumError(
        "bad-kwarg",
        `${owner}: place ${i} of ${box} cannot be stretched to [${newLow[i]}, ${newHigh[i]}]; ` +
          "infinite bounds stay infinite, and low ≤ high.",
      );
    }
    gradient[i] = lowOpen || highOpen ? 1 : (newHigh[i]! - newLow[i]!) / (oldHigh - oldLow);
    if (!highOpen) intercept[i] = newHigh[i]! - oldHigh;
    if (!lowOpen) intercept[i] = round(gradient[i]! * -oldLow) + newLow[i]!;
  }
  const map = (element: ArrayLike<number>, change: (value: number, i: number) => number): NumericArray => {
    const out = createArray(box.dtype, box.size);
    for (let i = 0; i < box.size; i++) out[i] = change(element[i]!, i);
    return out;
  };
  return {
    box: new Box<DType>(newLow, newHigh, { shape: box.shape, dtype: box.dtype }),
    forward: (element) => map(element, (value, i) => round(gradient[i]! * value) + intercept[i]!),
    backward: (element) => map(element, (value, i) => round(value - intercept[i]!) / gradient[i]!),
  };
}

function spread(owner: string, box: Box<DType>, bound: NestedNumbers): Float64Array {
  const { values, shape } = flattenNumbers(owner, bound);
  if (shape === null) return new Float64Array(box.size).fill(values[0]!);
  if (values.length === box.size) return values;
  throw new GymnasiumError(
    "bad-kwarg",
    `${owner} takes one bound or ${box.size} of them, got ${values.length}.`,
  );
}
