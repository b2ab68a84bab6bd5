import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { concatenateFlat, concatenateFlatSpaces, flatSizeOf, splitFlat } from "./flat-children.ts";
import type { SpaceJson, SpaceSeed } from "./space.ts";
import { type BatchOf, describe, type ElementOf, rejectMaskWithProbability, Space } from "./space.ts";
import { seedChildren } from "./tuple.ts";

/** Spaces by name. */
export type Spaces = { readonly [name: string]: Space };
/** One element of each space, by name. */
export type DictElement<S extends Spaces> = { [K in keyof S]: ElementOf<S[K]> };
/** One batch of each space, by name. */
export type DictBatch<S extends Spaces> = { [K in keyof S]: BatchOf<S[K]> };

/** Options of {@link Dict}. */
export interface DictOptions {
  /** Seeds the children, as {@link Dict.seed}. */
  readonly seed?: SpaceSeed;
}

/**
 * Named spaces: an element is an object of one element of each, a batch an object of one batch of each.
 *
 * The children are sorted by name, as in Gymnasium: seeds are drawn and vectors flattened in that order. A list of
 * `[name, space]` pairs keeps its own order.
 *
 * @example new Dict({ position: new Box(-1, 1, { shape: [2] }), gear: new Discrete(5) })
 */
export class Dict<const S extends Spaces = Spaces> extends Space<DictElement<S>, DictBatch<S>> {
  /** The children by name. */
  readonly spaces: S;
  /** The names in order. */
  readonly keys: readonly (keyof S & string)[];

  /** @throws GymnasiumError `bad-space` unless every child is a space. */
  constructor(spaces: S | readonly (readonly [string, Space])[], options: DictOptions = {}) {
    super(null, null);
    const entries = Array.isArray(spaces) ? [...spaces] : Object.entries(spaces ?? {}).sort(byName);
    const wrong = entries.find(([, space]) => !(space instanceof Space));
    if (wrong !== undefined) {
      throw new GymnasiumError("bad-space", `Dict takes named spaces; ${wrong[0]} is ${describe(wrong[1])}.`);
    }
    this.keys = Object.freeze(entries.map(([name]) => name));
    this.spaces = Object.freeze(Object.fromEntries(entries)) as S;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return this.#children().every((space) => space.isFlattenable);
  }

  get flatSize(): number {
    return flatSizeOf(this, this.#children());
  }

  /** @param seed - one seed, from which one for each child is drawn, or an object of one for each child. */
  override seed(seed?: SpaceSeed | null): SpaceSeed {
    const named = typeof seed === "object" && seed !== null && !Array.isArray(seed);
    const seeds = named ? this.#inOrder("seed", "bad-seed", seed as Record<string, SpaceSeed>) : seed;
    const used = seedChildren(this, this.#children(), seeds, (one) => super.seed(one));
    return Object.fromEntries(this.keys.map((key, i) => [key, used[i]!]));
  }

  /** @param mask - an object of one mask for each child, `null` where none. @param probability - the same. */
  override sample(
    mask?: Readonly<Record<string, unknown>> | null,
    probability?: Readonly<Record<string, unknown>> | null,
  ): DictElement<S> {
    rejectMaskWithProbability(this, mask, probability);
    if (mask != null) this.#inOrder("mask", "bad-mask", mask);
    if (probability != null) this.#inOrder("probability", "bad-mask", probability);
    return this.#map((space, key) => space.sample(mask?.[key], probability?.[key])) as DictElement<S>;
  }

  override contains(x: unknown): boolean {
    if (typeof x !== "object" || x === null) return false;
    const found = x as Record<string, unknown>;
    return (
      Object.keys(found).length === this.keys.length &&
      this.keys.every((key) => Object.hasOwn(found, key) && this.spaces[key]!.contains(found[key]))
    );
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof Dict &&
      this.keys.length === other.keys.length &&
      this.keys.every((key) => this.spaces[key]!.equals(other.spaces[key]))
    );
  }

  override flattenSpace(): Space {
    if (this.isFlattenable) return concatenateFlatSpaces(this.#children()) as Space;
    return new Dict(this.keys.map((key) => [key, this.spaces[key]!.flattenSpace()] as const)) as Space;
  }

  override flatten(element: DictElement<S>): unknown {
    if (!this.isFlattenable) return this.#map((space, key) => space.flatten(element[key]));
    return concatenateFlat(
      this.#children(),
      this.keys.map((key) => element[key]),
    );
  }

  override unflatten(flat: unknown): DictElement<S> {
    if (this.isFlattenable) {
      const parts = splitFlat(this, this.#children(), flat);
      return Object.fromEntries(this.keys.map((key, i) => [key, parts[i]])) as DictElement<S>;
    }
    const found = this.#inOrder("flat element", "bad-element", flat as Record<string, unknown>);
    return Object.fromEntries(
      this.keys.map((key, i) => [key, this.spaces[key]!.unflatten(found[i])]),
    ) as DictElement<S>;
  }

  override createBatch(count: number): DictBatch<S> {
    return this.#map((space) => space.createBatch(count)) as DictBatch<S>;
  }

  override writeBatch(batch: DictBatch<S>, index: number, element: DictElement<S>): void {
    for (const key of this.keys) this.spaces[key]!.writeBatch(batch[key], index, element[key]);
  }

  override readBatch(batch: DictBatch<S>, index: number): DictElement<S> {
    return this.#map((space, key) => space.readBatch(batch[key], index)) as DictElement<S>;
  }

  override countBatch(batch: DictBatch<S>): number {
    const [first] = this.keys;
    return first === undefined ? 0 : this.spaces[first]!.countBatch(batch[first]);
  }

  override copyBatch(batch: DictBatch<S>): DictBatch<S> {
    return this.#map((space, key) => space.copyBatch(batch[key])) as DictBatch<S>;
  }

  override toJSON(): SpaceJson {
    return { type: "Dict", spaces: this.keys.map((key) => [key, this.spaces[key]!.toJSON()]) };
  }

  override toJsonable(elements: readonly DictElement<S>[]): JsonValue {
    return this.#map((space, key) => space.toJsonable(elements.map((element) => element[key]))) as JsonValue;
  }

  override fromJsonable(json: JsonValue): DictElement<S>[] {
    const columns = this.#inOrder("JSON", "bad-element", json as Record<string, JsonValue>);
    const children = this.keys.map((key, i) => this.spaces[key]!.fromJsonable(columns[i]!));
    return Array.from(
      { length: children[0]?.length ?? 0 },
      (_, n) => Object.fromEntries(this.keys.map((key, i) => [key, children[i]![n]])) as DictElement<S>,
    );
  }

  override toString(): string {
    return `Dict(${this.keys.map((key) => `'${key}': ${this.spaces[key]}`).join(", ")})`;
  }

  #children(): Space[] {
    return this.keys.map((key) => this.spaces[key]!);
  }

  #map<T>(change: (space: Space, key: keyof S & string) => T): Record<string, T> {
    return Object.fromEntries(this.keys.map((key) => [key, change(this.spaces[key]!, key)]));
  }

  #inOrder<T>(
    name: string,
    code: "bad-seed" | "bad-mask" | "bad-element",
    found: Readonly<Record<string, T>>,
  ): T[] {
    const given = Object.keys(found ?? {});
    if (String([...given].sort()) !== String([...this.keys].sort())) {
      throw new GymnasiumError(
        code,
        `${this}: the ${name} must have the keys ${this.keys.join(", ")}, got ${given.join(", ")}.`,
      );
    }
    return this.keys.map((key) => found[key]!);
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : Number(a > b);
}
