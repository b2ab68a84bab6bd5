import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator } from "./generator.ts";

describe("shuffle and permutation", () => {
  it("keep every element", () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(20)), (seed, values) => {
        const random = generator(seed);
        const sorted = values.toSorted((a, b) => a - b);
        const copy = random.permutation(values);
        expect(copy.toSorted((a, b) => a - b)).toEqual(sorted);
        random.shuffle(values);
        expect(values.toSorted((a, b) => a - b)).toEqual(sorted);
        const order = random.permutation(values.length);
        expect(order.toSorted((a, b) => a - b)).toEqual(values.map((_, i) => i));
      }),
    );
  });

  it("give the same order to every kind of array, and a copy of the same kind", () => {
    const values = Array.from({ length: 50 }, (_, i) => i);
    const expected = generator(4).permutation(50);
    expect(generator(4).permutation(values)).toEqual(expected);
    expect(values[0]).toBe(0);
    const typed = generator(4).permutation(Int32Array.from(values));
    expect(typed).toEqual(Int32Array.from(expected));
    const inPlace = Float64Array.from(values);
    generator(4).shuffle(inPlace);
    expect(inPlace).toEqual(Float64Array.from(expected));
  });

  it("make every order of three equally likely", () => {
    const random = generator(9);
    const counts = new Map<string, number>();
    for (let i = 0; i < 60_000; i++) {
      const order = random.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    // Five standard deviations of a binomial count with p = 1/6.
    for (const count of counts.values()) expect(Math.abs(count - 10_000)).toBeLessThan(457);
  });
});
