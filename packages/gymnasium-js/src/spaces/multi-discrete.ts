import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Seed } from "../seeding.ts";
import { Box } from "./box.ts";
import { dtypeFacts, dtypeOf, sizeOf } from "./dtype.ts";
import { type Mask, type Probability, requireProbability, sampleMasked } from "./mask.ts";
import { flattenNumbers, type NestedNumbers, nestNumbers } from "./numbers.ts";
import type { SpaceJson } from "./space.ts";
import {
  describe,
  formatNumbers,
  isArrayLike,
  jsonArray,
  rejectMaskWithProbability,
  requireFlat,
  Space,
} from "./space.ts";

/** Options of {@link MultiDiscrete}. */
export interface MultiDiscreteOptions {
  /** The smallest value of each place; same shape as `nvec`. */
  readonly start?: NestedNumbers;
  /** Shape, where `nvec` is given flat. */
  readonly shape?: readonly number[];
  /** Seeds the generator of `sample`. */
  readonly seed?: Seed;
}

/**
 * Several {@link Discrete} values side by side: place `i` holds `start[i] … start[i] + nvec[i] − 1`.
 *
 * An element is a flat, row-major `Int32Array`; a batch is one `Int32Array` of `count · size` numbers. It flattens
 * into one-hot vectors one after the other.
 *
 * @example new MultiDiscrete([5, 2, 2])
 */
export class MultiDiscrete extends Space<Int32Array, Int32Array> {
  declare readonly shape: readonly number[];
  /** How many values each place has, `[size]`. */
  readonly nvec: Int32Array;
  /** The smallest value of each place, `[size]`. */
  readonly start: Int32Array;
  /** How many places there are: the product of `shape`. */
  readonly size: number;

  /** @throws GymnasiumError `bad-space` unless all counts are whole numbers > 0 and `start` has the shape of `nvec`. */
  constructor(nvec: NestedNumbers, options: MultiDiscreteOptions = {}) {
    const counts = flattenNumbers("MultiDiscrete nvec", nvec);
    const shape = options.shape ?? counts.shape ?? [];
    super(shape, "int32");
    this.size = sizeOf(shape);
    const starts = options.start === undefined ? null : flattenNumbers("MultiDiscrete start", options.start);
    this.nvec = Int32Array.from(counts.values);
    this.start = starts === null ? new Int32Array(this.size) : Int32Array.from(starts.values);
    const whole = this.nvec.every((n, i) => n > 0 && n === counts.values[i]);
    const wholeStart = starts === null || this.start.every((value, i) => value === starts.values[i]);
    if (!whole || !wholeStart || this.nvec.length !== this.size || this.start.length !== this.size) {
      throw new GymnasiumError(
        "bad-space",
        `MultiDiscrete takes whole counts > 0 and whole starts of the same shape [${shape.join(", ")}]; ` +
          `got nvec = ${describe(nvec)}, start = ${describe(options.start)}.`,
      );
    }
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return true;
  }

  get flatSize(): number {
    return this.nvec.reduce((total, n) => total + n, 0);
  }

  /**
   * @param mask - one mask per place (nested like `nvec` or flat), each as `Discrete.sample` takes it.
   * @param probability - one list of probabilities per place, each summing to 1.
   */
  override sample(mask?: readonly unknown[] | null, probability?: readonly unknown[] | null): Int32Array {
    rejectMaskWithProbability(this, mask, probability);
    if (mask != null) {
      const masks = this.#perPlace("mask", mask);
      return this.start.map(
        (start, i) => start + sampleMasked(`${this}[${i}]`, this.random, masks[i], this.nvec[i]!),
      );
    }
    if (probability != null) {
      const probabilities = this.#perPlace("probability", probability);
      return this.start.map((start, i) => start + this.#drawFrom(probabilities[i]!, i));
    }
    return this.nvec.map((n, i) => Math.floor(this.random.random() * n) + this.start[i]!);
  }

  // Gymnasium normalises, then chooses among the values of positive probability only.
  #drawFrom(probability: Probability, place: number): number {
    const p = requireProbability(`${this}[${place}]`, probability, this.nvec[place]!);
    const sum = p.reduce((total, value) => total + value, 0);
    const possible = Array.from(p.keys()).filter((value) => p[value]! > 0);
    return possible[this.random.choice(possible.length, { p: possible.map((value) => p[value]! / sum) })]!;
  }

  #perPlace(name: string, nested: readonly unknown[]): readonly Mask[] {
    const flat = nested.flat(Math.max(0, this.shape.length - 1)) as Mask[];
    if (flat.length === this.size) return flat;
    throw new GymnasiumError(
      "bad-mask",
      `${this}.sample takes one ${name} for each of ${this.size} places, got ${flat.length}.`,
    );
  }

  override contains(x: unknown): boolean {
    if (!isArrayLike(x)) return false;
    const dtype = dtypeOf(x);
    if (dtype !== null && dtypeFacts(dtype).kind === "f") return false;
    let values: ArrayLike<number> = x;
    if (dtype === null) {
      try {
        const flat = flattenNumbers("x", x);
        if (String(flat.shape) !== String(this.shape)) return false;
        values = flat.values;
      } catch {
        return false;
      }
    }
    if (values.length !== this.size) return false;
    for (let i = 0; i < this.size; i++) {
      const offset = values[i]! - this.start[i]!;
      if (!Number.isInteger(offset) || offset < 0 || offset >= this.nvec[i]!) return false;
    }
    return true;
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof MultiDiscrete &&
      String(this.shape) === String(other.shape) &&
      this.nvec.every((n, i) => n === other.nvec[i]) &&
      this.start.every((start, i) => start === other.start[i])
    );
  }

  override flattenSpace(): Box<"int32"> {
    return new Box(0, 1, { shape: [this.flatSize], dtype: "int32" });
  }

  override flatten(element: Int32Array): Int32Array {
    if (!this.contains(element)) {
      throw new GymnasiumError(
        "bad-element",
        `${this}.flatten takes one of its elements, got ${describe(element)}.`,
      );
    }
    const oneHot = new Int32Array(this.flatSize);
    let offset = 0;
    for (let i = 0; i < this.size; i++) {
      oneHot[offset + element[i]! - this.start[i]!] = 1;
      offset += this.nvec[i]!;
    }
    return oneHot;
  }

  override unflatten(flat: unknown): Int32Array {
    const oneHot = Array.from(requireFlat(this, flat, this.flatSize));
    let offset = 0;
    return this.nvec.map((n, i) => {
      const value = oneHot.slice(offset, offset + n).findIndex((entry) => entry !== 0);
      offset += n;
      if (value >= 0) return value + this.start[i]!;
      throw new GymnasiumError(
        "bad-element",
        `${this}.unflatten takes one-hot vectors, got ${describe(flat)}.`,
      );
    });
  }

  override createBatch(count: number): Int32Array {
    return new Int32Array(count * this.size);
  }

  override writeBatch(batch: Int32Array, index: number, element: Int32Array): void {
    batch.set(element, index * this.size);
  }

  override readBatch(batch: Int32Array, index: number): Int32Array {
    return batch.slice(index * this.size, (index + 1) * this.size);
  }

  override countBatch(batch: Int32Array): number {
    return this.size === 0 ? 0 : batch.length / this.size;
  }

  override copyBatch(batch: Int32Array): Int32Array {
    return batch.slice();
  }

  override toJSON(): SpaceJson {
    return {
      type: "MultiDiscrete",
      shape: this.shape,
      nvec: Array.from(this.nvec),
      start: Array.from(this.start),
    };
  }

  override toJsonable(elements: readonly Int32Array[]): JsonValue {
    return elements.map((element) => nestNumbers<JsonValue>(Array.from(element), this.shape));
  }

  override fromJsonable(json: JsonValue): Int32Array[] {
    return jsonArray(json).map((nested) => {
      const flat = Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested];
      return Int32Array.from(flat.map(Number));
    });
  }

  override toString(): string {
    const nvec = formatNumbers(this.nvec, false);
    return this.start.some((start) => start !== 0)
      ? `MultiDiscrete(${nvec}, start=${formatNumbers(this.start, false)})`
      : `MultiDiscrete(${nvec})`;
  }
}
