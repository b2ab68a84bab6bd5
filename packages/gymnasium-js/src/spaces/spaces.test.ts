import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Box } from "./box.ts";
import { Dict } from "./dict.ts";
import { Discrete } from "./discrete.ts";
import { canCast, DTYPES, resultType } from "./dtype.ts";
import { Graph } from "./graph.ts";
import { MultiBinary } from "./multi-binary.ts";
import { MultiDiscrete } from "./multi-discrete.ts";
import { OneOf } from "./one-of.ts";
import { Sequence } from "./sequence.ts";
import type { Space } from "./space.ts";
import { spaceFromJSON } from "./space-from-json.ts";
import { Text } from "./text.ts";
import { Tuple } from "./tuple.ts";

function codeOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing thrown";
}

const examples = [
  new Box(-1, 1, { shape: [2] }),
  new Box(0, 255, { shape: [2, 2], dtype: "uint8" }),
  new Discrete(4, { start: -2 }),
  new MultiDiscrete([2, 3]),
  new MultiBinary(3),
  new Text(4, { charset: "abc" }),
  new Tuple([new Discrete(2), new Box(0, 1)]),
  new Dict({ b: new Discrete(2), a: new Discrete(3) }),
  new Sequence(new Discrete(2)),
  new Graph(new Discrete(3), null),
  new OneOf([new Discrete(2), new MultiBinary(2)]),
] as readonly Space[];

describe("spaces", () => {
  it("equal only themselves", () => {
    for (const [i, space] of examples.entries()) {
      for (const [j, other] of examples.entries()) expect(space.equals(other)).toBe(i === j);
      expect(space.equals(spaceFromJSON(space.toJSON()))).toBe(true);
      expect(space.equals(null)).toBe(false);
    }
  });

  it("never throw when asked for membership", () => {
    fc.assert(
      fc.property(fc.anything({ withTypedArray: true, withNullPrototype: true }), (anything) => {
        for (const space of examples) expect(typeof space.contains(anything)).toBe("boolean");
      }),
    );
  });

  it("contain what they sample, for any bounds", () => {
    const bound = fc.oneof(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.constantFrom(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY),
    );
    fc.assert(
      fc.property(bound, bound, fc.integer({ min: 0, max: 99 }), (a, b, seed) => {
        fc.pre(!(a === b && !Number.isFinite(a)));
        const box = new Box(Math.min(a, b), Math.max(a, b), { shape: [3], dtype: "float64", seed });
        expect(box.contains(box.sample())).toBe(true);
      }),
    );
  });

  it("sample the same again after the same seed, and have generators of their own", () => {
    for (const space of examples) {
      space.seed(8);
      const first = space.sample();
      space.seed(8);
      expect(space.sample()).toEqual(first);
      expect(codeOf(() => space.seed(-1))).toBe("bad-seed");
    }
    const [a, b] = [new Discrete(1e9), new Discrete(1e9)];
    expect(a.sample()).not.toBe(b.sample());
  });
});

describe("Box", () => {
  it("takes bounds as numbers, lists, nested lists and typed arrays", () => {
    expect(new Box(0, 1).shape).toEqual([1]);
    expect(new Box([0, 1], 2).shape).toEqual([2]);
    expect(new Box([[0, 1, 2]], [[3, 3, 3]]).shape).toEqual([1, 3]);
    expect(new Box(new Float32Array(6), 1, { shape: [2, 3] }).size).toBe(6);
    expect(new Box(0, 1, { dtype: "float64" }).low).toBeInstanceOf(Float64Array);
    expect(new Box(Number.NEGATIVE_INFINITY, 5).isBounded("above")).toBe(true);
    expect(new Box(Number.NEGATIVE_INFINITY, 5).isBounded()).toBe(false);
  });

  it.each([
    [() => new Box(1, 0), /low must be ≤ high/],
    [() => new Box(Number.NaN, 0), /must lie in/],
    [() => new Box(0, 300, { dtype: "uint8" }), /\[0, 255\]/],
    [() => new Box(Number.NEGATIVE_INFINITY, 0, { dtype: "uint8" }), /must lie in/],
    [() => new Box([0, 0], [1, 1, 1]), /they must agree/],
    [() => new Box([[0], [0, 0]], 1), /different shapes/],
    [() => new Box(0, 1, { shape: [-1] }), /whole numbers/],
    [() => new Box(0, 1, { dtype: "int64" as never }), /Unknown dtype/],
  ])("refuses wrong bounds %#", (make, message) => {
    expect(codeOf(make)).toBe("bad-space");
    expect(make).toThrow(message);
  });

  it("contains arrays of dtypes that fit, within bounds, without NaN", () => {
    const box = new Box(0, 1, { shape: [2] });
    expect(box.contains(Float32Array.of(0, 1))).toBe(true);
    expect(box.contains(Float32Array.of(0, 1.5))).toBe(false);
    expect(box.contains(Float32Array.of(0, Number.NaN))).toBe(false);
    expect(box.contains(Float32Array.of(0))).toBe(false);
    expect(box.contains(Float64Array.of(0, 1))).toBe(false);
    expect(box.contains(Int8Array.of(0, 1))).toBe(true);
    expect(codeOf(() => box.sample([] as never))).toBe("bad-mask");
    expect(codeOf(() => box.unflatten([1]))).toBe("bad-element");
  });
});

describe("discrete spaces", () => {
  it.each([
    () => new Discrete(0),
    () => new Discrete(2.5),
    () => new Discrete(2 ** 31, { start: 1 }),
    () => new MultiDiscrete([2, 0]),
    () => new MultiDiscrete([2, 2], { start: [1] }),
    () => new MultiBinary(0),
    () => new Text(2, { minLength: 3 }),
    () => new Text(2, { charset: "aa" }),
    () => new Tuple([1] as never),
    () => new Dict({ a: 1 } as never),
    () => new OneOf([]),
    () => new Sequence(null as never),
    () => new Graph(new MultiBinary(2) as never, null),
    () => spaceFromJSON({ type: "Boxx" }),
  ])("refuse wrong arguments %#", (make) => {
    expect(codeOf(make)).toBe("bad-space");
  });

  it.each([
    () => new Discrete(2).sample([1]),
    () => new Discrete(2).sample([1, 2]),
    () => new Discrete(2).sample(null, [0.5, 0.6]),
    () => new Discrete(2).sample([1, 1], [0.5, 0.5]),
    () => new MultiBinary(2).sample([3, 0]),
    () => new MultiDiscrete([2, 2]).sample([[1, 1]]),
    () => new Text(2, { charset: "ab" }).sample([5, null]),
    () => new Text(2, { charset: "ab" }).sample([null, [0, 0]]),
    () => new Tuple([new Discrete(2)]).sample([]),
    () => new Dict({ a: new Discrete(2) }).sample({ b: [1, 1] }),
    () => new Sequence(new Discrete(2)).sample([-1, null]),
  ])("refuse wrong masks %#", (sample) => {
    expect(codeOf(sample)).toBe("bad-mask");
  });

  it("sample only what the mask allows", () => {
    const space = new Discrete(5, { start: 10 });
    const seen = new Set(Array.from({ length: 50 }, () => space.sample([0, 1, 0, 1, 0])));
    expect([...seen].sort()).toEqual([11, 13]);
    expect(space.sample([0, 0, 0, 0, 0])).toBe(10);
  });
});

describe("dtypes", () => {
  it("cast as NumPy says", () => {
    expect(resultType(["float32", "int32"])).toBe("float64");
    expect(resultType(["float32", "int16"])).toBe("float32");
    expect(resultType(["uint8", "int8"])).toBe("int16");
    expect(resultType(["uint32", "int32"])).toBe("float64");
    for (const dtype of DTYPES) expect([canCast("bool", dtype), canCast(dtype, dtype)]).toEqual([true, true]);
    expect(canCast("int8", "uint8")).toBe(false);
    expect(canCast("float32", "int32")).toBe(false);
  });
});

describe("a batch of boxes", () => {
  it("refuses an element of another length, and its neighbours keep theirs", () => {
    const space = new Box(-1, 1, { shape: [2] });
    const batch = Float32Array.of(1, 2, 3, 4, 5, 6);
    expect(codeOf(() => space.writeBatch(batch, 1, Float32Array.of(7, 8, 9)))).toBe("bad-observation");
    expect(codeOf(() => space.writeBatch(batch, 1, Float32Array.of(7)))).toBe("bad-observation");
    expect([...batch]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
