import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Seed } from "../seeding.ts";
import { Box } from "./box.ts";
import { type Mask, type Probability, requireProbability, sampleMasked } from "./mask.ts";
import type { SpaceJson } from "./space.ts";
import { describe, jsonArray, rejectMaskWithProbability, requireFlat, Space } from "./space.ts";

/** Options of {@link Discrete}. */
export interface DiscreteOptions {
  /** The smallest element. */
  readonly start?: number;
  /** Seeds the generator of `sample`. */
  readonly seed?: Seed;
}

/**
 * The whole numbers `start, start + 1, …, start + n − 1`.
 *
 * An element is a number; a batch is an `Int32Array` of `count` numbers. It flattens into a one-hot vector of length
 * `n`.
 *
 * @example new Discrete(2)                  // 0, 1
 * @example new Discrete(3, { start: -1 })   // -1, 0, 1
 */
export class Discrete extends Space<number, Int32Array> {
  /** How many elements there are. */
  readonly n: number;
  /** The smallest element. */
  readonly start: number;

  /** @throws GymnasiumError `bad-space` unless `n` is a whole number > 0 and both ends fit an int32. */
  constructor(n: number, options: DiscreteOptions = {}) {
    super([], "int32");
    const start = options.start ?? 0;
    if (
      !Number.isInteger(n) ||
      n <= 0 ||
      !Number.isInteger(start) ||
      (start | 0) !== start ||
      start + n > 2 ** 31
    ) {
      throw new GymnasiumError(
        "bad-space",
        `Discrete takes a whole number n > 0 and a whole number start, both ends within int32; got n = ${n}, start = ${start}.`,
      );
    }
    this.n = n;
    this.start = start;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return true;
  }

  get flatSize(): number {
    return this.n;
  }

  /**
   * @param mask - `[n]`: 1 where the element may be drawn, 0 where not; all 0 gives `start`.
   * @param probability - `[n]`: how likely each element is.
   */
  override sample(mask?: Mask | null, probability?: Probability | null): number {
    rejectMaskWithProbability(this, mask, probability);
    if (mask != null) return this.start + sampleMasked(String(this), this.random, mask, this.n);
    if (probability != null) {
      const p = requireProbability(String(this), probability, this.n);
      return this.start + this.random.choice(this.n, { p });
    }
    return this.start + this.random.integers(0, this.n);
  }

  override contains(x: unknown): boolean {
    return Number.isInteger(x) && (x as number) >= this.start && (x as number) < this.start + this.n;
  }

  override equals(other: unknown): boolean {
    return other instanceof Discrete && this.n === other.n && this.start === other.start;
  }

  override flattenSpace(): Box<"int32"> {
    return new Box(0, 1, { shape: [this.n], dtype: "int32" });
  }

  override flatten(element: number): Int32Array {
    if (!this.contains(element)) {
      throw new GymnasiumError(
        "bad-element",
        `${this}.flatten takes one of its elements, got ${describe(element)}.`,
      );
    }
    const oneHot = new Int32Array(this.n);
    oneHot[element - this.start] = 1;
    return oneHot;
  }

  override unflatten(flat: unknown): number {
    const oneHot = requireFlat(this, flat, this.n);
    for (let i = 0; i < this.n; i++) if (oneHot[i] !== 0) return this.start + i;
    throw new GymnasiumError(
      "bad-element",
      `${this}.unflatten takes a one-hot vector, got ${describe(flat)}.`,
    );
  }

  override createBatch(count: number): Int32Array {
    return new Int32Array(count);
  }

  override writeBatch(batch: Int32Array, index: number, element: number): void {
    batch[index] = element;
  }

  override readBatch(batch: Int32Array, index: number): number {
    return batch[index]!;
  }

  override countBatch(batch: Int32Array): number {
    return batch.length;
  }

  override copyBatch(batch: Int32Array): Int32Array {
    return batch.slice();
  }

  override toJSON(): SpaceJson {
    return { type: "Discrete", n: this.n, start: this.start };
  }

  override toJsonable(elements: readonly number[]): JsonValue {
    return [...elements];
  }

  override fromJsonable(json: JsonValue): number[] {
    return jsonArray(json).map(Number);
  }

  override toString(): string {
    return this.start === 0 ? `Discrete(${this.n})` : `Discrete(${this.n}, start=${this.start})`;
  }
}
