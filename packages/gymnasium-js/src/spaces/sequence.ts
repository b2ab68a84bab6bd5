import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { checkSeed } from "../seeding.ts";
import { ListBatchedSpace } from "./list-batched-space.ts";
import type { BatchOf, ElementOf, SpaceJson, SpaceSeed } from "./space.ts";
import { describe, isArrayLike, jsonArray, rejectMaskWithProbability, Space } from "./space.ts";

/** An element of {@link Sequence}: a list, or with `stack` one batch. */
export type SequenceElement<Feature extends Space, Stack extends boolean> = Stack extends true
  ? BatchOf<Feature>
  : readonly ElementOf<Feature>[];

/** Options of {@link Sequence}. */
export interface SequenceOptions<Stack extends boolean> {
  /** Whether an element is one batch of the feature space instead of a list of its elements. */
  readonly stack?: Stack;
  /** Seeds the sequence and its feature space, as {@link Sequence.seed}. */
  readonly seed?: SpaceSeed;
}

/** How long a sampled sequence is (a number, one of several, or `null` for geometric), and a mask of its elements. */
export type SequenceMask = readonly [length: number | ArrayLike<number> | null, feature: unknown];

/**
 * Any number of elements of one space. Sampled lengths are geometric with probability 1/4: at least 1, 4 on average.
 *
 * It has no flat vector of fixed length; it flattens into a sequence of flat elements.
 *
 * @example new Sequence(new Box(0, 1, { shape: [2] }))                  // Float32Array[]
 * @example new Sequence(new Discrete(3), { stack: true })               // one Int32Array
 */
export class Sequence<
  const Feature extends Space = Space,
  const Stack extends boolean = false,
> extends ListBatchedSpace<SequenceElement<Feature, Stack>> {
  /** The space of what is listed. */
  readonly featureSpace: Feature;
  /** Whether an element is one batch. */
  readonly stack: boolean;

  /** @throws GymnasiumError `bad-space` unless `featureSpace` is a space. */
  constructor(featureSpace: Feature, options: SequenceOptions<Stack> = {}) {
    super(null, null);
    if (!(featureSpace instanceof Space)) {
      throw new GymnasiumError("bad-space", `Sequence takes a space, got ${describe(featureSpace)}.`);
    }
    this.featureSpace = featureSpace;
    this.stack = options.stack ?? false;
    if (options.seed !== undefined) this.seed(options.seed);
  }

  get isFlattenable(): boolean {
    return false;
  }

  get flatSize(): number {
    throw new GymnasiumError("unsupported", `${this} has no flat vector of fixed length.`);
  }

  /** @param seed - one seed, from which the feature space's is drawn, or `[own, feature]`. */
  override seed(seed?: SpaceSeed | null): SpaceSeed {
    return seedWithChildren(this, [this.featureSpace], seed, (one) => super.seed(one));
  }

  override sample(
    mask?: SequenceMask | null,
    probability?: SequenceMask | null,
  ): SequenceElement<Feature, Stack> {
    rejectMaskWithProbability(this, mask, probability);
    const length = this.#sampleLength((mask ?? probability)?.[0] ?? null);
    const sampled = Array.from({ length }, () => this.featureSpace.sample(mask?.[1], probability?.[1]));
    return this.#gather(sampled);
  }

  #sampleLength(given: number | ArrayLike<number> | null): number {
    if (given === null) return this.random.geometric(0.25);
    const lengths = typeof given === "number" ? [given] : isArrayLike(given) ? Array.from(given) : [];
    if (lengths.length === 0 || !lengths.every((length) => Number.isInteger(length) && length >= 0)) {
      throw new GymnasiumError("bad-mask", `${this}: lengths are whole numbers ≥ 0, got ${describe(given)}.`);
    }
    return typeof given === "number" ? given : this.random.choice(lengths);
  }

  override contains(x: unknown): boolean {
    try {
      if (!this.stack) return Array.isArray(x) && x.every((item) => this.featureSpace.contains(item));
      return this.#list(x as SequenceElement<Feature, Stack>).every((item) =>
        this.featureSpace.contains(item),
      );
    } catch {
      return false;
    }
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof Sequence && this.stack === other.stack && this.featureSpace.equals(other.featureSpace)
    );
  }

  override flattenSpace(): Sequence<Space, Stack> {
    return new Sequence<Space, Stack>(this.featureSpace.flattenSpace(), { stack: this.stack as Stack });
  }

  override flatten(element: SequenceElement<Feature, Stack>): unknown {
    const flat = this.#list(element).map((item) => this.featureSpace.flatten(item));
    return this.flattenSpace().#gather(flat);
  }

  override unflatten(flat: unknown): SequenceElement<Feature, Stack> {
    const items = this.flattenSpace().#list(flat as SequenceElement<Space, Stack>);
    return this.#gather(items.map((item) => this.featureSpace.unflatten(item)));
  }

  override toJSON(): SpaceJson {
    return { type: "Sequence", featureSpace: this.featureSpace.toJSON(), stack: this.stack };
  }

  override toJsonable(elements: readonly SequenceElement<Feature, Stack>[]): JsonValue {
    return elements.map((element) => this.featureSpace.toJsonable(this.#list(element)));
  }

  override fromJsonable(json: JsonValue): SequenceElement<Feature, Stack>[] {
    return jsonArray(json).map((items) => this.#gather(this.featureSpace.fromJsonable(items)));
  }

  override toString(): string {
    return `Sequence(${this.featureSpace}, stack=${this.stack ? "True" : "False"})`;
  }

  /** The elements one by one. */
  #list(element: SequenceElement<Feature, Stack>): unknown[] {
    if (!this.stack) return [...(element as readonly unknown[])];
    const count = this.featureSpace.countBatch(element);
    return Array.from({ length: count }, (_, i) => this.featureSpace.readBatch(element, i));
  }

  /** A list of elements, as one batch if stacked. */
  #gather(items: readonly unknown[]): SequenceElement<Feature, Stack> {
    if (!this.stack) return items as unknown as SequenceElement<Feature, Stack>;
    const batch = this.featureSpace.createBatch(items.length);
    items.forEach((item, i) => {
      this.featureSpace.writeBatch(batch, i, item);
    });
    return batch as SequenceElement<Feature, Stack>;
  }
}

/**
 * Seeds a space that draws itself and has children: one seed for itself, from which the children's are drawn, after
 * which it starts again; or a list of its own and one for each child.
 */
export function seedWithChildren(
  owner: Space,
  children: readonly Space[],
  seed: SpaceSeed | null | undefined,
  seedOwner: (seed?: SpaceSeed | null) => SpaceSeed,
): SpaceSeed[] {
  if (seed == null) return [seedOwner(), ...children.map((child) => child.seed())];
  if (Array.isArray(seed)) {
    if (seed.length !== children.length + 1) {
      throw new GymnasiumError(
        "bad-seed",
        `${owner} takes ${children.length + 1} seeds, got ${seed.length}.`,
      );
    }
    return [seedOwner(seed[0]), ...children.map((child, i) => child.seed(seed[i + 1]))];
  }
  checkSeed(seed);
  seedOwner(seed);
  const drawn = children.map(() => owner.random.integers(0, 2 ** 31 - 1));
  return [seedOwner(seed), ...children.map((child, i) => child.seed(drawn[i]!))];
}
