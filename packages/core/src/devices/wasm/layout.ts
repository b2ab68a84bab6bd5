/**
 * Strides made simple: axes of size 1 go, neighbouring axes that every operand runs through evenly become one. What
 * remains tells which loop is needed. The object is reused from kernel to kernel, so nothing is allocated.
 */

/** As in `assembly/scratch.ts`. */
export const maximumRank = 16;
export const mostOperands = 7;

/** How an operand lies under the output (`assembly/tile.ts`). */
export const dense = 0;
export const periodic = 1;
export const gathered = 2;

/** A periodic operand longer than this is gathered instead: a tile holds whole periods. */
const longestPeriod = 512;
const tileElements = 1024;

/** The words that `store` writes: sizes, then the strides of each operand. */
export function layoutWords(operands: number): number {
  return (1 + operands) * maximumRank;
}

/** Axes after merging, innermost first, for up to seven operands. */
export class Layout {
  rank = 0;
  length = 0;
  readonly sizes: Int32Array = new Int32Array(maximumRank);
  readonly strides: readonly Int32Array[] = Array.from(
    { length: mostOperands },
    () => new Int32Array(maximumRank),
  );

  /** @throws RangeError for more than 16 axes that do not merge. */
  set(shape: readonly number[], strides: readonly (readonly number[])[]): void {
    const operands = strides.length;
    let rank = 0;
    let length = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!;
      length *= size;
      if (size === 1) continue;
      if (rank > 0 && this.continues(strides, axis, rank - 1)) {
        this.sizes[rank - 1]! *= size;
        continue;
      }
      if (rank === maximumRank) throw new RangeError(`wasm: more than ${maximumRank} axes that do not merge`);
      this.sizes[rank] = size;
      for (let operand = 0; operand < operands; operand++) {
        this.strides[operand]![rank] = strides[operand]![axis]!;
      }
      rank++;
    }
    if (rank === 0) {
      this.sizes[0] = 1;
      for (let operand = 0; operand < operands; operand++) this.strides[operand]![0] = 1;
      rank = 1;
    }
    this.rank = rank;
    this.length = length;
  }

  private continues(strides: readonly (readonly number[])[], axis: number, merged: number): boolean {
    const size = this.sizes[merged]!;
    for (let operand = 0; operand < strides.length; operand++) {
      if (strides[operand]![axis] !== this.strides[operand]![merged]! * size) return false;
    }
    return true;
  }

  /** Whether an operand is one number for all elements. */
  isStill(operand: number): boolean {
    return this.strides[operand]!.subarray(0, this.rank).every((stride) => stride === 0);
  }

  /** `dense`, `periodic` or `gathered`. */
  kindOf(operand: number): number {
    const strides = this.strides[operand]!;
    if (this.rank === 1 && strides[0] === 0) return periodic;
    if (this.rank === 2 && strides[0] === 1 && strides[1] === 0 && this.sizes[0]! <= longestPeriod) {
      return periodic;
    }
    let expected = 1;
    for (let axis = 0; axis < this.rank; axis++) {
      if (strides[axis] !== expected) return gathered;
      expected *= this.sizes[axis]!;
    }
    return dense;
  }

  /** Elements after which a periodic operand repeats. */
  periodOf(operand: number): number {
    return this.strides[operand]![0] === 0 ? 1 : this.sizes[0]!;
  }

  /** Elements to take at a time, so that tiles hold whole periods of every operand. */
  tileSize(operands: number): number {
    for (let operand = 0; operand < operands; operand++) {
      if (this.kindOf(operand) !== periodic) continue;
      const period = this.periodOf(operand);
      if (period > 1) return Math.floor(tileElements / period) * period;
    }
    return tileElements;
  }

  /** Puts the axes in order of the strides of one operand, smallest last in the list that `store` writes. */
  sortBy(operand: number): void {
    const keys = this.strides[operand]!;
    for (let i = 1; i < this.rank; i++) {
      for (let j = i; j > 0 && Math.abs(keys[j]!) < Math.abs(keys[j - 1]!); j--) this.swap(j, j - 1);
    }
  }

  private swap(i: number, j: number): void {
    swapWords(this.sizes, i, j);
    for (const strides of this.strides) swapWords(strides, i, j);
  }

  /** Writes sizes and strides, outermost first, where the kernels look for them. */
  store(words: Int32Array, start: number, operands: number): void {
    const { rank, sizes } = this;
    for (let axis = 0; axis < rank; axis++) {
      words[start + axis] = sizes[rank - 1 - axis]!;
      for (let operand = 0; operand < operands; operand++) {
        words[start + (operand + 1) * maximumRank + axis] = this.strides[operand]![rank - 1 - axis]!;
      }
    }
  }
}

function swapWords(words: Int32Array, i: number, j: number): void {
  const word = words[i]!;
  words[i] = words[j]!;
  words[j] = word;
}

/** Whether strides run through the shape row by row without a gap, as every output does. */
export function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis]!;
    if (size === 1) continue;
    if (strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}
