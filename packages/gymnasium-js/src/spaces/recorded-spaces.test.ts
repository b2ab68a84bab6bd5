import { describe, expect, it } from "vitest";
import { readFixture } from "../fixtures/read-fixture.ts";
import type { JsonValue } from "../json.ts";
import { batchSpace } from "./batch-space.ts";
import { Graph } from "./graph.ts";
import type { Space, SpaceSeed } from "./space.ts";
import { spaceFromJSON } from "./space-from-json.ts";

interface Recording {
  readonly space: JsonValue;
  readonly text: string;
  readonly mask: unknown;
  readonly probability: unknown;
  readonly seeds: readonly SpaceSeed[];
  readonly samples: readonly (readonly unknown[])[];
  readonly flatSize: number | null;
  readonly flat: readonly (readonly number[])[];
  readonly flatSpace: string | null;
  readonly state: unknown;
}

const recordings = readFixture<Readonly<Record<string, Recording>>>("spaces");

/** Numbers and texts in order of appearance; keys in alphabetical order. */
function leaves(value: unknown): (number | string)[] {
  if (typeof value === "number" || typeof value === "string") return [value];
  if (value === null) return ["null"];
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<number>);
  if (Array.isArray(value)) return value.flatMap(leaves);
  const record = value as Record<string, unknown>;
  return Object.keys(record)
    .sort()
    .flatMap((key) => leaves(record[key]));
}

/** Equal, or equal as float32: the recording writes those as their shortest decimals. */
function expectEqualLeaves(found: unknown, recorded: unknown, what: string): void {
  const [a, b] = [leaves(found), leaves(recorded)];
  const differs = a.findIndex((leaf, i) => leaf !== b[i] && leaf !== Math.fround(b[i] as number));
  if (a.length !== b.length || differs >= 0) {
    expect.fail(`${what}: got ${a.slice(0, 20)}, recorded ${b.slice(0, 20)}, differs at ${differs}`);
  }
}

/** A graph in the words of Gymnasium's JSON. */
function named(space: Space, sample: unknown): unknown {
  return space instanceof Graph ? (space.toJsonable([sample as never]) as JsonValue[])[0] : sample;
}

describe.each(Object.entries(recordings))("%s", (name, recording) => {
  const space = spaceFromJSON(recording.space);
  const sample = (): unknown => space.sample(recording.mask, recording.probability);

  it("draws Gymnasium's seeds and samples, and ends in its generator state", () => {
    recording.samples.forEach((samples, seed) => {
      expect(space.seed(seed)).toEqual(recording.seeds[seed]);
      samples.forEach((recorded, i) => {
        expectEqualLeaves(named(space, sample()), recorded, `sample ${i} of seed ${seed}`);
      });
    });
    // Tuple and Dict never draw themselves after seeding.
    expect(space.random.state).toEqual(recording.state);
  });

  it("describes itself as Gymnasium does", () => {
    if (recording.text.includes("[") || name === "box-bool") return;
    expect(String(space)).toBe(recording.text);
  });

  it("contains its samples and survives JSON", () => {
    space.seed(3);
    const samples = Array.from({ length: 20 }, sample);
    for (const element of samples) expect(space.contains(element)).toBe(true);
    const again = spaceFromJSON(JSON.parse(JSON.stringify(space)) as JsonValue);
    expect(again.equals(space) && space.equals(again)).toBe(true);
    expect(again.toJSON()).toEqual(space.toJSON());
    const json = JSON.parse(JSON.stringify(space.toJsonable(samples))) as JsonValue;
    expect(space.fromJsonable(json)).toEqual(samples);
  });

  it("flattens as Gymnasium does, and back", () => {
    space.seed(0);
    expect(space.isFlattenable).toBe(recording.flatSize !== null);
    if (recording.flatSize === null) {
      const element = sample();
      expect(space.unflatten(space.flatten(element))).toEqual(element);
      expect(space.flattenSpace().contains(space.flatten(element))).toBe(true);
      return;
    }
    expect(space.flatSize).toBe(recording.flatSize);
    if (recording.flatSize > 1000) return;
    recording.flat.forEach((recorded, i) => {
      const element = sample();
      const flat = space.flatten(element);
      expectEqualLeaves(flat, recorded, `flat ${i}`);
      expect(space.flattenSpace().contains(flat)).toBe(true);
      expect(space.unflatten(flat)).toEqual(element);
    });
    if (recording.flatSpace !== null && !recording.flatSpace.includes("[") && name !== "box-bool") {
      expect(String(space.flattenSpace())).toBe(recording.flatSpace.replace("int64", "int32"));
    }
  });

  it("batches and gives its elements back", () => {
    space.seed(4);
    const samples = Array.from({ length: 3 }, sample);
    const batch = space.createBatch(3);
    samples.forEach((element, i) => {
      space.writeBatch(batch, i, element);
    });
    expect(space.countBatch(batch)).toBe(3);
    const copy = space.copyBatch(batch);
    samples.forEach((element, i) => {
      expect(space.readBatch(copy, i)).toEqual(element);
    });
    if (recording.flatSize !== null && recording.flatSize > 1000) return;
    expect(batchSpace(space, 3).contains(batch)).toBe(true);
  });
});
