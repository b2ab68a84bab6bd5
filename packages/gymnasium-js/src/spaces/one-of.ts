import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { Box } from "./box.ts";
import { createArray, type DType, type NumericArray, resultType } from "./dtype.ts";
import { flatSizeOf } from "./flat-children.ts";
import { ListBatchedSpace } from "./list-batched-space.ts";
import { seedWithChildren } from "./sequence.ts";
import type { ElementOf, SpaceJson, SpaceSeed } from "./space.ts";
import { describe, jsonArray, rejectMaskWithProbability, requireFlat, Space } from "./space.ts";

/** Options of {@link OneOf}. */
export interface OneOfOptions {
  /** Seeds the choice and the children, as {@link OneOf.seed}. */
  readonly seed?: SpaceSeed;
}

/** Which space, and an element of it. */
export type OneOfElement<S extends readonly Space[]> = readonly [
  index: number,
  element: ElementOf<S[number]>,
];

/**
 * An element of exactly one of several spaces: `[index, element]`.
 *
 * It flattens into the index and the element's vector, padded to the longest with its first number.
 *
 * @example new OneOf([new Discrete(2), new Box(-1, 1, { shape: [2] })])
 */
export class OneOf<const S extends readonly Space[] = readonly Space[]> extends ListBatchedSpace<
  OneOfElement<S>
> {
  /** The spaces to choose from. */
  readonly spaces: S;

  /** @throws GymnasiumError `bad-space` unless there is at least one space. */
  constructor(spaces: S, options: OneOfOptions = {}) {
    super(null, null);
    if (!Array.isArray(spaces) || spaces.length === 0 || !spaces.every((space) => space instanceof Space)) {
      throw new GymnasiumError(
        "bad-space",
        `OneOf takes a list of at least one space, got ${describe(spaces)}.`,
      );
    }
    this.spaces = Object.freeze([...spaces]) as unknown as S;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return this.spaces.every((space) => space.isFlattenable);
  }

  get flatSize(): number {
    flatSizeOf(this, this.spaces);
    return 1 + Math.max(...this.spaces.map((space) => space.flatSize));
  }

  /** @param seed - one seed, from which the children's are drawn, or a list of its own and one for each child. */
  override seed(seed?: SpaceSeed | null): SpaceSeed {
    return seedWithChildren(this, this.spaces, seed, (one) => super.seed(one));
  }

  /** @param mask - one mask for each space, `null` where none. @param probability - the same. */
  override sample(
    mask?: readonly unknown[] | null,
    probability?: readonly unknown[] | null,
  ): OneOfElement<S> {
    rejectMaskWithProbability(this, mask, probability);
    const given = mask ?? probability;
    if (given != null && (!Array.isArray(given) || given.length !== this.spaces.length)) {
      throw new GymnasiumError(
        "bad-mask",
        `${this}: masks list ${this.spaces.length}, got ${describe(given)}.`,
      );
    }
    const index = this.random.integers(0, this.spaces.length);
    const element = this.spaces[index]!.sample(mask?.[index], probability?.[index]);
    return [index, element as ElementOf<S[number]>];
  }

  override contains(x: unknown): boolean {
    if (!Array.isArray(x) || x.length !== 2) return false;
    const space = Number.isInteger(x[0]) ? this.spaces[x[0] as number] : undefined;
    return space?.contains(x[1]) ?? false;
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof OneOf &&
      this.spaces.length === other.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]))
    );
  }

  override flattenSpace(): Box<DType> {
    const boxes = this.spaces.map((space) => space.flattenSpace() as Box<DType>);
    const low = Math.min(...boxes.flatMap((box) => Array.from(box.low as ArrayLike<number>)));
    const high = Math.max(...boxes.flatMap((box) => Array.from(box.high as ArrayLike<number>)));
    const rest = this.flatSize - 1;
    return new Box<DType>(
      [0, ...new Array<number>(rest).fill(low)],
      [this.spaces.length - 1, ...new Array<number>(rest).fill(high)],
      { dtype: resultType(boxes.map((box) => box.dtype)) },
    );
  }

  override flatten([index, element]: OneOfElement<S>): NumericArray {
    const part = this.#child(index).flatten(element) as NumericArray;
    const flat = createArray(this.flattenSpace().dtype, this.flatSize);
    flat.fill(part[0] ?? 0);
    flat[0] = index;
    flat.set(part, 1);
    return flat;
  }

  override unflatten(flat: unknown): OneOfElement<S> {
    const values = Array.from(requireFlat(this, flat, this.flatSize));
    const space = this.#child(values[0]!);
    return [values[0]!, space.unflatten(values.slice(1, 1 + space.flatSize)) as ElementOf<S[number]>];
  }

  override toJSON(): SpaceJson {
    return { type: "OneOf", spaces: this.spaces.map((space) => space.toJSON()) };
  }

  override toJsonable(elements: readonly OneOfElement<S>[]): JsonValue {
    return elements.map(([index, element]) => [
      index,
      jsonArray(this.#child(index).toJsonable([element]))[0]!,
    ]);
  }

  override fromJsonable(json: JsonValue): OneOfElement<S>[] {
    return jsonArray(json).map((pair) => {
      const [index, element] = jsonArray(pair) as readonly [number, JsonValue];
      return [index, this.#child(index).fromJsonable([element])[0] as ElementOf<S[number]>];
    });
  }

  override toString(): string {
    return `OneOf(${this.spaces.join(", ")})`;
  }

  #child(index: number): Space {
    const space = this.spaces[index];
    if (space !== undefined) return space;
    throw new GymnasiumError(
      "bad-element",
      `${this} has ${this.spaces.length} spaces, there is none at ${index}.`,
    );
  }
}
