/**
 * Where an operand of `shape`, seen through `strides`, keeps the element of every row-major index.
 *
 * @returns offsets, in elements, one per index of `shape`; `offset` is added to each.
 */
export function stridedOffsets(shape: readonly number[], strides: readonly number[], offset = 0): Int32Array {
  const size = sizeOf(shape);
  const offsets = new Int32Array(size);
  for (let linear = 0; linear < size; linear++) {
    let rest = linear;
    let position = offset;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      position += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    offsets[linear] = position;
  }
  return offsets;
}

/** The number of elements of `shape`. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}
