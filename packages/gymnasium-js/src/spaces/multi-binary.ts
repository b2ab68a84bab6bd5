import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Seed } from "../seeding.ts";
import { Box } from "./box.ts";
import { sizeOf } from "./dtype.ts";
import { requirePlaces } from "./mask.ts";
import { flattenNumbers, nestNumbers } from "./numbers.ts";
import type { SpaceJson } from "./space.ts";
import { describe, isArrayLike, jsonArray, rejectMaskWithProbability, requireFlat, Space } from "./space.ts";

/** Options of {@link MultiBinary}. */
export interface MultiBinaryOptions {
  /** Seeds the generator of `sample`. */
  readonly seed?: Seed;
}

/**
 * Arrays of zeros and ones.
 *
 * An element is a flat, row-major `Int8Array`; a batch is one `Int8Array` of `count · size` numbers.
 *
 * @example new MultiBinary(5)        // five bits
 * @example new MultiBinary([3, 2])   // three rows of two bits
 */
export class MultiBinary extends Space<Int8Array, Int8Array> {
  declare readonly shape: readonly number[];
  /** As given: a length or a shape. */
  readonly n: number | readonly number[];
  /** How many bits one element has: the product of `shape`. */
  readonly size: number;

  /** @throws GymnasiumError `bad-space` unless all sizes are whole numbers > 0. */
  constructor(n: number | readonly number[], options: MultiBinaryOptions = {}) {
    const shape = typeof n === "number" ? [n] : n;
    if (!Array.isArray(shape) || !shape.every((length) => Number.isInteger(length) && length > 0)) {
      throw new GymnasiumError(
        "bad-space",
        `MultiBinary takes a whole number > 0 or a list of them, got ${describe(n)}.`,
      );
    }
    super(shape, "int8");
    this.n = typeof n === "number" ? n : this.shape;
    this.size = sizeOf(shape);
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return true;
  }

  get flatSize(): number {
    return this.size;
  }

  /**
   * @param mask - flat, `[size]`: 0 and 1 fix the bit, 2 leaves it random.
   * @param probability - flat, `[size]`: how likely each bit is 1.
   */
  override sample(mask?: ArrayLike<number> | null, probability?: ArrayLike<number> | null): Int8Array {
    rejectMaskWithProbability(this, mask, probability);
    if (mask != null) {
      const places = requirePlaces(`${this}`, "mask", mask, this.size);
      if (!Array.from(places).every((place) => place === 0 || place === 1 || place === 2)) {
        throw new GymnasiumError("bad-mask", `${this}: a mask holds 0, 1 and 2, got ${describe(mask)}.`);
      }
      return this.random
        .fillIntegers(new Int8Array(this.size), 0, 2)
        .map((bit, i) => (places[i] === 2 ? bit : places[i]!));
    }
    if (probability != null) {
      const places = requirePlaces(`${this}`, "probability", probability, this.size);
      if (!Array.from(places).every((place) => place >= 0 && place <= 1)) {
        throw new GymnasiumError(
          "bad-mask",
          `${this}: probabilities lie in [0, 1], got ${describe(probability)}.`,
        );
      }
      return Int8Array.from(places, (p) => (this.random.random() <= p ? 1 : 0));
    }
    return this.random.fillIntegers(new Int8Array(this.size), 0, 2);
  }

  override contains(x: unknown): boolean {
    if (!isArrayLike(x)) return false;
    let values: ArrayLike<number> = x;
    if (Array.isArray(x)) {
      try {
        const flat = flattenNumbers("x", x);
        if (String(flat.shape) !== String(this.shape)) return false;
        values = flat.values;
      } catch {
        return false;
      }
    }
    return values.length === this.size && Array.from(values).every((value) => value === 0 || value === 1);
  }

  override equals(other: unknown): boolean {
    return other instanceof MultiBinary && String(this.shape) === String(other.shape);
  }

  override flattenSpace(): Box<"int8"> {
    return new Box(0, 1, { shape: [this.size], dtype: "int8" });
  }

  override flatten(element: Int8Array): Int8Array {
    return Int8Array.from(element);
  }

  override unflatten(flat: unknown): Int8Array {
    return Int8Array.from(requireFlat(this, flat, this.size));
  }

  override createBatch(count: number): Int8Array {
    return new Int8Array(count * this.size);
  }

  override writeBatch(batch: Int8Array, index: number, element: Int8Array): void {
    batch.set(element, index * this.size);
  }

  override readBatch(batch: Int8Array, index: number): Int8Array {
    return batch.slice(index * this.size, (index + 1) * this.size);
  }

  override countBatch(batch: Int8Array): number {
    return this.size === 0 ? 0 : batch.length / this.size;
  }

  override copyBatch(batch: Int8Array): Int8Array {
    return batch.slice();
  }

  override toJSON(): SpaceJson {
    return { type: "MultiBinary", n: this.n };
  }

  override toJsonable(elements: readonly Int8Array[]): JsonValue {
    return elements.map((element) => nestNumbers<JsonValue>(Array.from(element), this.shape));
  }

  override fromJsonable(json: JsonValue): Int8Array[] {
    return jsonArray(json).map((nested) => {
      const flat = Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested];
      return this.unflatten(flat.map(Number));
    });
  }

  override toString(): string {
    return `MultiBinary(${typeof this.n === "number" ? this.n : `(${this.n.join(", ")}${this.n.length === 1 ? "," : ""})`})`;
  }
}
