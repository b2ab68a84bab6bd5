import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { recorded } from "./fixtures/recorded.ts";
import { type Seed, SeedSequence, type SeedSequenceState } from "./seed-sequence.ts";

interface Recorded {
  readonly seed: Seed;
  readonly spawnKey: number[];
  readonly poolSize: number;
  readonly uint32: number[];
  readonly uint64: bigint[];
  readonly children: number[][];
}

describe("SeedSequence", () => {
  it.each(
    recorded<Recorded[]>("seed-sequence").map(
      (entry) => [entry.seed, entry.spawnKey, entry.poolSize, entry] as const,
    ),
  )("gives NumPy's state for seed %s, key %s, pool %s", (seed, spawnKey, poolSize, entry) => {
    const sequence = new SeedSequence(seed, { spawnKey, poolSize });
    expect(Array.from(sequence.generateState(9))).toEqual(entry.uint32);
    expect(Array.from(sequence.generateState(5, "uint64"))).toEqual(entry.uint64);
    const children = [...sequence.spawn(2), ...sequence.spawn(1)];
    expect(children.map((child) => Array.from(child.generateState(2)))).toEqual(entry.children);
  });

  it("gives the same words however many are asked for", () => {
    const sequence = new SeedSequence(77);
    expect(sequence.generateState(3)).toEqual(sequence.generateState(20).subarray(0, 3));
    expect(sequence.generateState(0)).toHaveLength(0);
  });

  it("counts its children and never gives one twice", () => {
    const root = new SeedSequence(1);
    const keys = [...root.spawn(2), ...root.spawn(0), ...root.spawn(3)].map((child) => child.spawnKey);
    expect(keys).toEqual([[0], [1], [2], [3], [4]]);
    expect(root.childrenSpawned).toBe(5);
    expect(root.spawn(1)[0].spawn(2)[1].spawnKey).toEqual([5, 1]);
  });

  it("comes back from JSON with its place in the tree", () => {
    const integer = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 1n << 300n }));
    fc.assert(
      fc.property(
        fc.oneof(integer, fc.array(integer)),
        fc.array(fc.nat(), { maxLength: 3 }),
        (seed, spawnKey) => {
          const sequence = new SeedSequence(seed, { spawnKey, poolSize: 5 });
          sequence.spawn(3);
          const state = JSON.parse(JSON.stringify(sequence.state)) as SeedSequenceState;
          const copy = SeedSequence.fromState(state);
          expect(copy.state).toEqual(state);
          expect(copy.generateState(6)).toEqual(sequence.generateState(6));
          expect(copy.spawn(1)[0].generateState(2)).toEqual(sequence.spawn(1)[0].generateState(2));
        },
      ),
    );
  });

  it("takes 128 bits from the system when there is no seed, and shows them", () => {
    const entropy = new SeedSequence().entropy as bigint;
    expect(entropy).toBeGreaterThan(1n << 64n);
    expect(entropy).toBeLessThan(1n << 128n);
  });

  it.each<[string, () => unknown]>([
    ["a negative integer", () => new SeedSequence(-1)],
    ["a negative bigint", () => new SeedSequence(-1n)],
    ["a fraction", () => new SeedSequence(0.5)],
    ["NaN", () => new SeedSequence(Number.NaN)],
    ["infinity", () => new SeedSequence(Number.POSITIVE_INFINITY)],
    ["a number that is not exact", () => new SeedSequence(2 ** 53)],
    ["a bad element of a list", () => new SeedSequence([1, -2])],
    ["a string", () => new SeedSequence("1" as unknown as Seed)],
    ["a bad spawn key", () => new SeedSequence(1, { spawnKey: [-1] })],
    ["a small pool", () => new SeedSequence(1, { poolSize: 3 })],
    ["a fractional pool", () => new SeedSequence(1, { poolSize: 4.5 })],
    ["a negative count of words", () => new SeedSequence(1).generateState(-1)],
    ["a negative count of children", () => new SeedSequence(1).spawn(-1)],
    [
      "a state that is no integer",
      () => SeedSequence.fromState({ ...new SeedSequence(1).state, entropy: "1.5" }),
    ],
  ])("refuses %s", (_what, act) => {
    expect(act).toThrow(expect.objectContaining({ code: "seed" }));
  });

  it("says how to write a large seed", () => {
    expect(() => new SeedSequence(2 ** 60)).toThrow(/bigint/);
  });
});
