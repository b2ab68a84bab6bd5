import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { Seed } from "../seeding.ts";
import { Box } from "./box.ts";
import { ListBatchedSpace } from "./list-batched-space.ts";
import { type Mask, type Probability, requirePlaces, requireProbability } from "./mask.ts";
import type { SpaceJson } from "./space.ts";
import { describe, jsonArray, rejectMaskWithProbability, requireFlat } from "./space.ts";

const ALPHANUMERIC = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** Options of {@link Text}. */
export interface TextOptions {
  /** Fewest characters. */
  readonly minLength?: number;
  /** The characters, each once; their order decides what a seed samples. Letters and digits by default. */
  readonly charset?: string;
  /** Seeds the generator of `sample`. */
  readonly seed?: Seed;
}

/**
 * Text of `minLength` (1) to `maxLength` characters of a set.
 *
 * It flattens into `maxLength` character indices, ends padded with the size of the set.
 *
 * Gymnasium's default set has no fixed order, so there the default samples differ from run to run; give the set as a
 * string for equal samples.
 *
 * @example new Text(5, { charset: "01" })
 */
export class Text extends ListBatchedSpace<string> {
  readonly minLength: number;
  readonly maxLength: number;
  /** The characters in order. */
  readonly characters: readonly string[];
  readonly #index: ReadonlyMap<string, number>;

  /** @throws GymnasiumError `bad-space` unless 0 ≤ minLength ≤ maxLength are whole and characters are distinct. */
  constructor(maxLength: number, options: TextOptions = {}) {
    super(null, null);
    const { minLength = 1, charset = ALPHANUMERIC, seed } = options;
    if (
      !Number.isInteger(minLength) ||
      !Number.isInteger(maxLength) ||
      minLength < 0 ||
      minLength > maxLength
    ) {
      throw new GymnasiumError(
        "bad-space",
        `Text takes whole lengths with 0 ≤ minLength ≤ maxLength, got ${minLength} and ${maxLength}.`,
      );
    }
    this.minLength = minLength;
    this.maxLength = maxLength;
    this.characters = Object.freeze([...charset]);
    this.#index = new Map(this.characters.map((character, i) => [character, i]));
    if (this.#index.size !== this.characters.length || this.#index.size === 0) {
      throw new GymnasiumError(
        "bad-space",
        `The charset of Text lists each character once, got ${describe(charset)}.`,
      );
    }
    if (seed !== undefined) this.seed(seed);
  }

  get isFlattenable(): boolean {
    return true;
  }

  get flatSize(): number {
    return this.maxLength;
  }

  /**
   * @param mask - `[length, characters]`: a fixed length or `null` for a random one; 1 for allowed characters and 0
   *   for others, or `null` for all. No allowed character gives the empty text.
   * @param probability - the same with probabilities of the characters.
   */
  override sample(
    mask?: readonly [number | null, Mask | null] | null,
    probability?: readonly [number | null, Probability | null] | null,
  ): string {
    rejectMaskWithProbability(this, mask, probability);
    const given = mask ?? probability;
    const count = this.characters.length;
    let p: Float64Array = new Float64Array(count).fill(1 / count);
    let fixedLength: number | null = null;
    if (given != null) {
      fixedLength = this.#requireLength(given);
      if (given[1] !== null)
        p = mask != null ? this.#fromMask(given[1]) : requireProbability(`${this}`, given[1], count);
    }
    const length = fixedLength ?? this.random.integers(this.minLength, this.maxLength + 1);
    if (p.every((chance) => chance === 0)) {
      if (this.minLength === 0) return "";
      throw new GymnasiumError(
        "bad-mask",
        `${this}: no character is allowed, but the text needs ${this.minLength}.`,
      );
    }
    return this.random
      .choice(count, { size: length, p })
      .map((index) => this.characters[index])
      .join("");
  }

  #requireLength(given: readonly [number | null, unknown]): number | null {
    if (!Array.isArray(given) || given.length !== 2) {
      throw new GymnasiumError(
        "bad-mask",
        `${this}: give [length or null, characters or null], got ${describe(given)}.`,
      );
    }
    const [length] = given;
    if (length === null || (Number.isInteger(length) && length >= this.minLength && length <= this.maxLength))
      return length;
    throw new GymnasiumError(
      "bad-mask",
      `${this}: the length must lie in [${this.minLength}, ${this.maxLength}], got ${describe(length)}.`,
    );
  }

  #fromMask(mask: Mask): Float64Array {
    const allowed = Float64Array.from(requirePlaces(`${this}`, "mask", mask, this.characters.length));
    if (!allowed.every((flag) => flag === 0 || flag === 1)) {
      throw new GymnasiumError("bad-mask", `${this}: a mask holds 0 and 1, got ${describe(mask)}.`);
    }
    const total = allowed.reduce((sum, flag) => sum + flag, 0);
    return total > 0 ? allowed.map((flag) => flag / total) : allowed;
  }

  override contains(x: unknown): boolean {
    if (typeof x !== "string") return false;
    const characters = [...x];
    if (characters.length < this.minLength || characters.length > this.maxLength) return false;
    return characters.every((character) => this.#index.has(character));
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof Text &&
      this.minLength === other.minLength &&
      this.maxLength === other.maxLength &&
      [...this.characters].sort().join("") === [...other.characters].sort().join("")
    );
  }

  override flattenSpace(): Box<"int32"> {
    return new Box(0, this.characters.length, { shape: [this.maxLength], dtype: "int32" });
  }

  override flatten(element: string): Int32Array {
    if (!this.contains(element)) {
      throw new GymnasiumError(
        "bad-element",
        `${this}.flatten takes one of its elements, got ${describe(element)}.`,
      );
    }
    const flat = new Int32Array(this.maxLength).fill(this.characters.length);
    [...element].forEach((character, i) => {
      flat[i] = this.#index.get(character)!;
    });
    return flat;
  }

  override unflatten(flat: unknown): string {
    return Array.from(requireFlat(this, flat, this.maxLength), (index) => this.characters[index] ?? "").join(
      "",
    );
  }

  override toJSON(): SpaceJson {
    return {
      type: "Text",
      minLength: this.minLength,
      maxLength: this.maxLength,
      charset: this.characters.join(""),
    };
  }

  override toJsonable(elements: readonly string[]): JsonValue {
    return [...elements];
  }

  override fromJsonable(json: JsonValue): string[] {
    return jsonArray(json).map(String);
  }

  override toString(): string {
    return `Text(${this.minLength}, ${this.maxLength}, charset=${[...this.characters].sort().join("")})`;
  }
}
