import type { Generator } from "@gradbridge/random";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { createGenerator, type Seed } from "../seeding.ts";
import type { DType, NumericArray } from "./dtype.ts";

/** What `seed` takes and returns: one seed, or one for each child of a composite space. */
export type SpaceSeed = Seed | readonly SpaceSeed[] | { readonly [name: string]: SpaceSeed };

/** The type of one element of a space. */
export type ElementOf<S> = S extends Space<infer Element, infer _Batch> ? Element : never;

/** The type that holds one element for each of many environments. */
export type BatchOf<S> = S extends Space<infer _Element, infer Batch> ? Batch : never;

/** A space in plain JSON; `type` is its class name. */
export type SpaceJson = { readonly type: string; readonly [key: string]: JsonValue };

/**
 * A set of values that observations or actions come from.
 *
 * It can be sampled (equal to Gymnasium's samples for the same seed), asked for membership, flattened into one
 * vector, batched, and written as JSON. `Element` is the type of one value, `Batch` of one value per environment.
 */
export abstract class Space<Element = unknown, Batch = unknown> {
  /** Sizes of the axes of an element that is an array (held flat, row-major), `[]` for a number, else `null`. */
  readonly shape: readonly number[] | null;
  /** The number type of an element that is an array, or of the vector it flattens into. */
  readonly dtype: DType | null;
  #generator: Generator | null = null;

  constructor(shape: readonly number[] | null, dtype: DType | null) {
    this.shape = shape === null ? null : Object.freeze([...shape]);
    this.dtype = dtype;
  }

  /** The generator that `sample` draws from; made from the system's entropy unless `seed` was called. */
  get random(): Generator {
    if (this.#generator === null) this.seed();
    this.#generator ??= createGenerator().generator;
    return this.#generator;
  }

  set random(generator: Generator) {
    this.#generator = generator;
  }

  /**
   * Restarts the generator of `sample`.
   *
   * @param seed - a whole number ≥ 0; none draws one from the system's entropy. Composite spaces also take one seed
   *   per child.
   * @returns the seed used, one per child for a composite space.
   * @throws GymnasiumError `bad-seed`
   */
  seed(seed?: SpaceSeed | null): SpaceSeed {
    if (typeof seed === "object" && seed !== null) {
      throw new GymnasiumError(
        "bad-seed",
        `${this}.seed takes one whole number, got ${JSON.stringify(seed)}.`,
      );
    }
    const made = createGenerator(seed);
    this.#generator = made.generator;
    return made.seed;
  }

  /**
   * Draws one element.
   *
   * @param mask - which values are allowed; its form depends on the space. Not together with `probability`.
   * @param probability - how likely each value is; same form as the mask.
   * @throws GymnasiumError `bad-mask`
   */
  abstract sample(mask?: unknown, probability?: unknown): Element;

  /** Whether `x` is an element of this space. Never throws. */
  abstract contains(x: unknown): boolean;

  /** Whether `other` describes the same set. */
  abstract equals(other: unknown): boolean;

  /** Whether elements flatten into vectors of one fixed length. */
  abstract get isFlattenable(): boolean;

  /** Length of the vector that {@link flatten} gives. Throws `unsupported` for spaces of no fixed length. */
  abstract get flatSize(): number;

  /** The space whose elements {@link flatten} gives: a `Box` where {@link isFlattenable}. */
  abstract flattenSpace(): Space;

  /** Turns an element into one vector (or, where no fixed length exists, into an element of {@link flattenSpace}). */
  abstract flatten(element: Element): unknown;

  /** Inverse of {@link flatten}. */
  abstract unflatten(flat: unknown): Element;

  /** Memory for one element per environment, for `count` environments. */
  abstract createBatch(count: number): Batch;

  /** Writes `element` into place `index` of `batch`. */
  abstract writeBatch(batch: Batch, index: number, element: Element): void;

  /** The element at place `index` of `batch`, sharing no memory with it. */
  abstract readBatch(batch: Batch, index: number): Element;

  /** How many elements a batch holds. */
  abstract countBatch(batch: Batch): number;

  /** A copy of a batch. */
  abstract copyBatch(batch: Batch): Batch;

  /** The space as plain JSON; `spaceFromJSON` reads it back. */
  abstract toJSON(): SpaceJson;

  /** Elements as plain JSON, in Gymnasium's `to_jsonable` form. */
  abstract toJsonable(elements: readonly Element[]): JsonValue;

  /** Inverse of {@link toJsonable}. */
  abstract fromJsonable(json: JsonValue): Element[];

  abstract toString(): string;
}

/** Throws `bad-mask` where both a mask and probabilities are given. */
export function rejectMaskWithProbability(space: Space, mask: unknown, probability: unknown): void {
  if (mask != null && probability != null) {
    throw new GymnasiumError("bad-mask", `${space}.sample takes a mask or a probability, not both.`);
  }
}

/** Whether `value` has a length and numeric places, as arrays and typed arrays have. */
export function isArrayLike(value: unknown): value is ArrayLike<number> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Short text for error messages. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (isArrayLike(value)) {
    const shown = Array.from(value).slice(0, 8).map(String).join(", ");
    return `${value.constructor.name}(${value.length}) [${shown}${value.length > 8 ? ", …" : ""}]`;
  }
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "object")
    return `${value.constructor?.name ?? "object"} {${Object.keys(value).join(", ")}}`;
  return `${String(value)} (${typeof value})`;
}

/** Arrays as NumPy prints them in a space's text: `[1. 2.]` for floats, `[1 2]` for integers. */
export function formatNumbers(values: ArrayLike<number>, isFloat: boolean): string {
  return `[${Array.from(values, (value) => formatNumber(value, isFloat)).join(" ")}]`;
}

/** One number as NumPy prints it: infinities as `inf`, whole floats with a trailing `.0`. */
export function formatNumber(value: number, isFloat: boolean): string {
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return isFloat && Number.isInteger(value) ? `${value}.0` : String(value);
}

/** Copies of the numbers of a JSON array. */
export function jsonArray(json: JsonValue): readonly JsonValue[] {
  if (!Array.isArray(json)) {
    throw new GymnasiumError(
      "bad-element",
      `Expected a JSON array of elements, got ${JSON.stringify(json)}.`,
    );
  }
  return json;
}

/** Type check used by `flatten`-like methods: a typed array of `size` numbers. */
export function requireFlat(space: Space, flat: unknown, size: number): ArrayLike<number> {
  if (isArrayLike(flat) && flat.length === size) return flat as NumericArray;
  throw new GymnasiumError("bad-element", `${space}.unflatten takes ${size} numbers, got ${describe(flat)}.`);
}
