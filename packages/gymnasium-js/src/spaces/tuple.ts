import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkSeed } from "../seeding.ts";
import { concatenateFlat, concatenateFlatSpaces, flatSizeOf, splitFlat } from "./flat-children.ts";
import type { SpaceJson, SpaceSeed } from "./space.ts";
import {
  type BatchOf,
  describe,
  type ElementOf,
  jsonArray,
  rejectMaskWithProbability,
  Space,
} from "./space.ts";

/** One element of each space of a list. */
export type TupleElement<S extends readonly Space[]> = { [K in keyof S]: ElementOf<S[K]> };
/** One batch of each space of a list. */
export type TupleBatch<S extends readonly Space[]> = { [K in keyof S]: BatchOf<S[K]> };

/** Options of {@link Tuple}. */
export interface TupleOptions {
  /** Seeds the children, as {@link Tuple.seed}. */
  readonly seed?: SpaceSeed;
}

/**
 * A fixed list of spaces: an element is an array of one element of each, a batch an array of one batch of each.
 *
 * It flattens into the children's vectors one after the other.
 *
 * @example new Tuple([new Discrete(2), new Box(-1, 1, { shape: [2] })])   // [number, Float32Array]
 */
export class Tuple<const S extends readonly Space[] = readonly Space[]> extends Space<
  TupleElement<S>,
  TupleBatch<S>
> {
  /** The children, in order. */
  readonly spaces: S;

  /** @throws GymnasiumError `bad-space` unless every child is a space. */
  constructor(spaces: S, options: TupleOptions = {}) {
    super(null, null);
    if (!Array.isArray(spaces) || !spaces.every((space) => space instanceof Space)) {
      throw new GymnasiumError("bad-space", `Tuple takes a list of spaces, got ${describe(spaces)}.`);
    }
    this.spaces = Object.freeze([...spaces]) as unknown as S;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return this.spaces.every((space) => space.isFlattenable);
  }

  get flatSize(): number {
    return flatSizeOf(this, this.spaces);
  }

  /** @param seed - one seed, from which one for each child is drawn, or a list of one for each child. */
  override seed(seed?: SpaceSeed | null): SpaceSeed {
    return seedChildren(this, this.spaces, seed, (one) => super.seed(one));
  }

  /** @param mask - one mask for each child, `null` where none. @param probability - the same for probabilities. */
  override sample(
    mask?: readonly unknown[] | null,
    probability?: readonly unknown[] | null,
  ): TupleElement<S> {
    rejectMaskWithProbability(this, mask, probability);
    for (const [name, list] of [
      ["mask", mask],
      ["probability", probability],
    ] as const) {
      if (list != null && (!Array.isArray(list) || list.length !== this.spaces.length)) {
        throw new GymnasiumError(
          "bad-mask",
          `${this}: the ${name} must list ${this.spaces.length}, got ${describe(list)}.`,
        );
      }
    }
    return this.#map((space, i) => space.sample(mask?.[i], probability?.[i])) as TupleElement<S>;
  }

  override contains(x: unknown): boolean {
    return (
      Array.isArray(x) &&
      x.length === this.spaces.length &&
      this.spaces.every((space, i) => space.contains(x[i]))
    );
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof Tuple &&
      this.spaces.length === other.spaces.length &&
      this.spaces.every((space, i) => space.equals(other.spaces[i]))
    );
  }

  override flattenSpace(): Space {
    if (this.isFlattenable) return concatenateFlatSpaces(this.spaces) as Space;
    return new Tuple(this.#map((space) => space.flattenSpace())) as Space;
  }

  override flatten(element: TupleElement<S>): unknown {
    if (this.isFlattenable) return concatenateFlat(this.spaces, element);
    return this.#map((space, i) => space.flatten(element[i]));
  }

  override unflatten(flat: unknown): TupleElement<S> {
    if (this.isFlattenable) return splitFlat(this, this.spaces, flat) as TupleElement<S>;
    if (!Array.isArray(flat) || flat.length !== this.spaces.length) {
      throw new GymnasiumError(
        "bad-element",
        `${this}.unflatten takes a list of ${this.spaces.length}, got ${describe(flat)}.`,
      );
    }
    return this.#map((space, i) => space.unflatten(flat[i])) as TupleElement<S>;
  }

  override createBatch(count: number): TupleBatch<S> {
    return this.#map((space) => space.createBatch(count)) as TupleBatch<S>;
  }

  override writeBatch(batch: TupleBatch<S>, index: number, element: TupleElement<S>): void {
    this.spaces.forEach((space, i) => {
      space.writeBatch(batch[i], index, element[i]);
    });
  }

  override readBatch(batch: TupleBatch<S>, index: number): TupleElement<S> {
    return this.#map((space, i) => space.readBatch(batch[i], index)) as TupleElement<S>;
  }

  override countBatch(batch: TupleBatch<S>): number {
    return this.spaces[0]?.countBatch(batch[0]) ?? 0;
  }

  override copyBatch(batch: TupleBatch<S>): TupleBatch<S> {
    return this.#map((space, i) => space.copyBatch(batch[i])) as TupleBatch<S>;
  }

  override toJSON(): SpaceJson {
    return { type: "Tuple", spaces: this.#map((space) => space.toJSON()) };
  }

  override toJsonable(elements: readonly TupleElement<S>[]): JsonValue {
    return this.#map((space, i) => space.toJsonable(elements.map((element) => element[i])));
  }

  override fromJsonable(json: JsonValue): TupleElement<S>[] {
    const columns = jsonArray(json);
    const children = this.#map((space, i) => space.fromJsonable(columns[i]!));
    const count = children[0]?.length ?? 0;
    return Array.from(
      { length: count },
      (_, n) => children.map((child) => child[n]) as unknown as TupleElement<S>,
    );
  }

  override toString(): string {
    return `Tuple(${this.spaces.join(", ")})`;
  }

  #map<T>(change: (space: Space, index: number) => T): T[] {
    return this.spaces.map(change);
  }
}

/** Seeds a list of children: none at random, one seed for drawing one each below 2³¹ − 1, or a list. */
export function seedChildren(
  owner: Space,
  children: readonly Space[],
  seed: SpaceSeed | null | undefined,
  seedOwner: (seed: number | bigint) => unknown,
): SpaceSeed[] {
  if (seed == null) return children.map((child) => child.seed());
  if (Array.isArray(seed)) {
    if (seed.length !== children.length) {
      throw new GymnasiumError(
        "bad-seed",
        `${owner} has ${children.length} children, got ${seed.length} seeds.`,
      );
    }
    return children.map((child, i) => child.seed(seed[i]));
  }
  checkSeed(seed);
  seedOwner(seed);
  const drawn = children.map(() => owner.random.integers(0, 2 ** 31 - 1));
  return children.map((child, i) => child.seed(drawn[i]!));
}
