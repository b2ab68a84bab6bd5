import { GymnasiumError } from "../errors.ts";
import { type JsonValue, numberFromJson, numberToJson } from "../json.ts";
import type { Seed } from "../seeding.ts";
import { warn } from "../warning.ts";
import { canCast, createArray, type DType, dtypeFacts, dtypeOf, sizeOf, type TypedArrayOf } from "./dtype.ts";
import { flattenNumbers, type NestedNumbers, nestNumbers } from "./numbers.ts";
import type { SpaceJson } from "./space.ts";
import {
  describe,
  formatNumber,
  formatNumbers,
  isArrayLike,
  jsonArray,
  requireFlat,
  Space,
} from "./space.ts";

/** Options of {@link Box}. */
export interface BoxOptions<D extends DType> {
  /** Sizes of the axes. Taken from `low` or `high` where one is an array; `[1]` where both are numbers. */
  readonly shape?: readonly number[];
  /** Number type of the elements. */
  readonly dtype?: D;
  /** Seeds the generator of `sample`. */
  readonly seed?: Seed;
}

/**
 * Arrays of numbers between `low` and `high`, both included; either may be infinite, in each place on its own.
 *
 * An element is one flat, row-major typed array of `dtype` (`Float32Array` by default) with `size` numbers.
 * A batch is one typed array of `count · size` numbers.
 *
 * Sampling is per place: uniform where both bounds are finite, a shifted exponential where one is, normal where none
 * is. Integers are the floor of a uniform draw from `[low, high + 1)`.
 *
 * @example new Box(-1, 1, { shape: [3] })            // three numbers in [-1, 1]
 * @example new Box([0, -Infinity], [1, Infinity])    // bounds per place
 */
export class Box<D extends DType = "float32"> extends Space<TypedArrayOf[D], TypedArrayOf[D]> {
  declare readonly shape: readonly number[];
  declare readonly dtype: D;
  /** Smallest value of each place, `[size]`. */
  readonly low: TypedArrayOf[D];
  /** Largest value of each place, `[size]`. */
  readonly high: TypedArrayOf[D];
  /** 1 where the lower bound is finite, `[size]`. */
  readonly boundedBelow: Uint8Array;
  /** 1 where the upper bound is finite, `[size]`. */
  readonly boundedAbove: Uint8Array;
  /** How many numbers one element has: the product of `shape`. */
  readonly size: number;

  /**
   * @throws GymnasiumError `bad-space` where shapes differ, a bound is NaN or outside the dtype's range, or `low > high`.
   */
  constructor(low: NestedNumbers, high: NestedNumbers, options: BoxOptions<D> = {}) {
    const dtype = options.dtype ?? ("float32" as D);
    const lows = flattenNumbers("Box low", low);
    const highs = flattenNumbers("Box high", high);
    const shape = boxShape(options.shape, lows.shape, highs.shape);
    super(shape, dtype);
    this.size = sizeOf(shape);
    const below = castBound("low", lows.values, this.size, dtype);
    const above = castBound("high", highs.values, this.size, dtype);
    this.low = below.values;
    this.high = above.values;
    this.boundedBelow = below.bounded;
    this.boundedAbove = above.bounded;
    const wrong = this.low.findIndex((value, index) => value > this.high[index]!);
    if (wrong >= 0) {
      throw new GymnasiumError(
        "bad-space",
        `Box low must be ≤ high in every place; in place ${wrong} low is ${this.low[wrong]}, high ${this.high[wrong]}.`,
      );
    }
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return true;
  }

  get flatSize(): number {
    return this.size;
  }

  /** Whether all places have finite bounds below, above, or on both sides. */
  isBounded(manner: "both" | "below" | "above" = "both"): boolean {
    const below = manner === "above" || this.boundedBelow.every((bounded) => bounded === 1);
    const above = manner === "below" || this.boundedAbove.every((bounded) => bounded === 1);
    return below && above;
  }

  override sample(mask?: null, probability?: null): TypedArrayOf[D] {
    if (mask != null || probability != null) {
      throw new GymnasiumError(
        "bad-mask",
        `Box.sample takes neither mask nor probability, got ${describe(mask ?? probability)}.`,
      );
    }
    const { random, low, high, boundedBelow, boundedAbove, size } = this;
    const { kind, min, max } = dtypeFacts(this.dtype);
    const isFloat = kind === "f";
    const ceiling = isFloat ? 0 : 1;
    const drawn = new Float64Array(size);
    // One class of bounds after the other, as NumPy's boolean indexing draws them.
    for (let i = 0; i < size; i++) if (!boundedBelow[i] && !boundedAbove[i]) drawn[i] = random.normal();
    for (let i = 0; i < size; i++)
      if (boundedBelow[i] && !boundedAbove[i]) drawn[i] = random.exponential() + low[i]!;
    for (let i = 0; i < size; i++) {
      if (!boundedBelow[i] && boundedAbove[i]) drawn[i] = -random.exponential() + (high[i]! + ceiling);
    }
    for (let i = 0; i < size; i++) {
      if (boundedBelow[i] && boundedAbove[i]) drawn[i] = random.uniform(low[i]!, high[i]! + ceiling);
    }
    const sample = createArray(this.dtype, size);
    // Gymnasium keeps signed samples two away from the ends of the dtype, so that casts cannot overflow.
    const margin = kind === "i" ? 2 : 0;
    for (let i = 0; i < size; i++) {
      sample[i] = isFloat ? drawn[i]! : Math.min(Math.max(Math.floor(drawn[i]!), min + margin), max - margin);
    }
    return sample;
  }

  /** Arrays of plain numbers are accepted with a warning, as in Gymnasium; anything else must be a typed array. */
  override contains(x: unknown): boolean {
    if (!isArrayLike(x)) return false;
    const { low, high, size } = this;
    const values = this.#numbersOf(x);
    if (values === null || values.length !== size) return false;
    for (let i = 0; i < size; i++) {
      const value = values[i]!;
      // Written so that NaN is outside.
      if (!(value >= low[i]! && value <= high[i]!)) return false;
    }
    return true;
  }

  #numbersOf(x: ArrayLike<number>): ArrayLike<number> | null {
    const dtype = dtypeOf(x);
    if (dtype !== null) {
      return canCast(dtype, this.dtype) || (this.dtype === "bool" && dtype === "uint8") ? x : null;
    }
    try {
      const { values, shape } = flattenNumbers("x", x);
      if (String(shape) !== String(this.shape)) return null;
      warn(`${this}.contains was given a plain array; pass a ${this.low.constructor.name}.`);
      const cast = createArray(this.dtype, values.length);
      cast.set(values);
      return cast;
    } catch {
      return null;
    }
  }

  /** Equal shape and dtype, and bounds equal to about 1e-5 relative. */
  override equals(other: unknown): boolean {
    return (
      other instanceof Box &&
      this.dtype === other.dtype &&
      String(this.shape) === String(other.shape) &&
      allClose(this.low, other.low) &&
      allClose(this.high, other.high)
    );
  }

  override flattenSpace(): Box<D> {
    return this.#withBounds([this.size], this.low, this.high);
  }

  override flatten(element: TypedArrayOf[D]): TypedArrayOf[D] {
    return this.#copy(element);
  }

  override unflatten(flat: unknown): TypedArrayOf[D] {
    return this.#copy(requireFlat(this, flat, this.size));
  }

  override createBatch(count: number): TypedArrayOf[D] {
    return createArray(this.dtype, count * this.size);
  }

  override writeBatch(batch: TypedArrayOf[D], index: number, element: TypedArrayOf[D]): void {
    if (element.length !== this.size) throw this.wrongLength(element.length);
    batch.set(element, index * this.size);
  }

  private wrongLength(length: number): GymnasiumError {
    return new GymnasiumError(
      "bad-observation",
      `An element of ${this} has ${this.size} numbers, got ${length}. Nothing was written; return one of the space's shape.`,
    );
  }

  override readBatch(batch: TypedArrayOf[D], index: number): TypedArrayOf[D] {
    return batch.slice(index * this.size, (index + 1) * this.size) as TypedArrayOf[D];
  }

  override countBatch(batch: TypedArrayOf[D]): number {
    return this.size === 0 ? 0 : batch.length / this.size;
  }

  override copyBatch(batch: TypedArrayOf[D]): TypedArrayOf[D] {
    return batch.slice() as TypedArrayOf[D];
  }

  /** The box of `count` elements at once: shape `[count, ...shape]`. */
  batch(count: number): Box<D> {
    const repeat = (values: TypedArrayOf[D]): TypedArrayOf[D] => {
      const out = createArray(this.dtype, count * this.size);
      for (let i = 0; i < count; i++) out.set(values, i * this.size);
      return out;
    };
    return this.#withBounds([count, ...this.shape], repeat(this.low), repeat(this.high));
  }

  override toJSON(): SpaceJson {
    return {
      type: "Box",
      shape: this.shape,
      dtype: this.dtype,
      low: this.#boundsToJson(this.low, this.boundedBelow, "-Infinity"),
      high: this.#boundsToJson(this.high, this.boundedAbove, "Infinity"),
    };
  }

  override toJsonable(elements: readonly TypedArrayOf[D][]): JsonValue {
    return elements.map((element) => nestNumbers(Array.from(element, numberToJson), this.shape));
  }

  override fromJsonable(json: JsonValue): TypedArrayOf[D][] {
    return jsonArray(json).map((nested) => {
      const flat = Array.isArray(nested) ? nested.flat(Number.POSITIVE_INFINITY) : [nested];
      return this.#copy(requireFlat(this, flat.map(numberFromJson), this.size));
    });
  }

  override toString(): string {
    const isFloat = dtypeFacts(this.dtype).kind === "f";
    const show = (values: TypedArrayOf[D]): string =>
      values.length > 0 && values.every((value) => value === values[0])
        ? formatNumber(values[0]!, isFloat)
        : formatNumbers(values, isFloat);
    const comma = this.shape.length === 1 ? "," : "";
    return `Box(${show(this.low)}, ${show(this.high)}, (${this.shape.join(", ")}${comma}), ${this.dtype})`;
  }

  #copy(values: ArrayLike<number>): TypedArrayOf[D] {
    const copy = createArray(this.dtype, values.length);
    copy.set(values);
    return copy;
  }

  #withBounds(shape: readonly number[], low: ArrayLike<number>, high: ArrayLike<number>): Box<D> {
    return new Box<D>(low, high, { shape, dtype: this.dtype });
  }

  #boundsToJson(bounds: TypedArrayOf[D], bounded: Uint8Array, infinity: string): JsonValue {
    const values = Array.from(
      bounds,
      (bound, index): JsonValue => (bounded[index] ? numberToJson(bound) : infinity),
    );
    return values.length > 0 && values.every((value) => value === values[0]) ? values[0]! : values;
  }
}

function boxShape(
  given: readonly number[] | undefined,
  low: readonly number[] | null,
  high: readonly number[] | null,
): readonly number[] {
  const shape = given ?? low ?? high ?? [1];
  if (!shape.every((length) => Number.isInteger(length) && length >= 0)) {
    throw new GymnasiumError(
      "bad-space",
      `The shape of a Box is a list of whole numbers ≥ 0, got [${shape.join(", ")}].`,
    );
  }
  for (const [name, found] of [
    ["low", low],
    ["high", high],
  ] as const) {
    // A flat list is accepted for any shape of the same size: that is how elements are held.
    const fits =
      found === null || String(found) === String(shape) || (found.length === 1 && found[0] === sizeOf(shape));
    if (!fits) {
      throw new GymnasiumError(
        "bad-space",
        `Box ${name} has shape [${found.join(", ")}], but the Box has shape [${shape.join(", ")}]; they must agree.`,
      );
    }
  }
  return shape;
}

function castBound<D extends DType>(
  name: "low" | "high",
  given: Float64Array,
  size: number,
  dtype: D,
): { values: TypedArrayOf[D]; bounded: Uint8Array } {
  const { kind, min, max } = dtypeFacts(dtype);
  const values = createArray(dtype, size);
  const bounded = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    let value = given.length === 1 ? given[0]! : given[i]!;
    // Only an infinity in its own direction leaves a place open: `low = Infinity` is a bound, as in Gymnasium.
    bounded[i] = value === (name === "low" ? -Infinity : Infinity) ? 0 : 1;
    if (bounded[i] === 0 && kind === "i") value = name === "low" ? min : max;
    const infinite = !Number.isFinite(value);
    if (Number.isNaN(value) || (infinite && kind !== "f") || (!infinite && (value < min || value > max))) {
      throw new GymnasiumError(
        "bad-space",
        `Box ${name} must lie in [${min}, ${max}] for ${dtype}${kind === "f" || kind === "i" ? " or be infinite" : ""}, got ${value}.`,
      );
    }
    values[i] = value;
  }
  return { values, bounded };
}

/** NumPy's `allclose`: |a − b| ≤ 1e-8 + 1e-5·|b|, infinities equal to themselves. */
function allClose(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    if (x !== y && !(Math.abs(x - y) <= 1e-8 + 1e-5 * Math.abs(y))) return false;
  }
  return true;
}
