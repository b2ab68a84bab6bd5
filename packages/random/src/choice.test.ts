import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator } from "./generator.ts";

/** At least one positive weight, divided by the sum. */
const probabilities = fc
  .array(fc.nat(5), { minLength: 1, maxLength: 12 })
  .filter((weights) => weights.some((weight) => weight > 0))
  .map((weights) => {
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  });

describe("choice", () => {
  it("never takes what has no probability", () => {
    fc.assert(
      fc.property(fc.nat(), probabilities, (seed, p) => {
        for (const index of generator(seed).choice(p.length, { p, size: 50 }))
          expect(p[index]).toBeGreaterThan(0);
      }),
    );
  });

  it("takes each element at most once without replacement, with and without p", () => {
    fc.assert(
      fc.property(fc.nat(), probabilities, fc.boolean(), fc.nat(), (seed, p, shuffle, wanted) => {
        const possible = p.filter((weight) => weight > 0).length;
        const random = generator(seed);
        const weighted = random.choice(p.length, { p, size: wanted % (possible + 1), replace: false });
        expect(new Set(weighted).size).toBe(wanted % (possible + 1));
        const size = wanted % (p.length + 1);
        const even = random.choice(p.length, { size, replace: false, shuffle });
        expect(new Set(even).size).toBe(size);
        for (const index of [...weighted, ...even]) expect(index).toBeLessThan(p.length);
      }),
    );
  });

  it("takes all of a large population by either method", () => {
    const all = generator(3).choice(20_000, { size: 20_000, replace: false });
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  it("follows the probabilities", () => {
    const p = [0.5, 0.2, 0, 0.3];
    const counts = [0, 0, 0, 0];
    for (const index of generator(11).choice(4, { p, size: 100_000 })) counts[index]++;
    counts.forEach((count, i) => {
      // Five standard deviations of a binomial count.
      expect(Math.abs(count - 100_000 * p[i])).toBeLessThanOrEqual(
        5 * Math.sqrt(100_000 * p[i] * (1 - p[i])),
      );
    });
  });

  it("picks elements of arrays and typed arrays", () => {
    const random = generator(0);
    expect(["a", "b"]).toContain(random.choice(["a", "b"]));
    expect([5, 7]).toContain(random.choice(Int32Array.of(5, 7)));
    expect(random.choice(["only"], { size: 3 })).toEqual(["only", "only", "only"]);
    expect(random.choice(["x"], { replace: false })).toBe("x");
    expect(random.choice([], { size: 0 })).toEqual([]);
  });

  it("allows float32 probabilities the rounding of float32", () => {
    const p = Float32Array.from(new Array(7).fill(1 / 7));
    expect(Math.abs(p.reduce((a, b) => a + b) - 1)).toBeGreaterThan(2e-8);
    expect(generator(0).choice(7, { p })).toBeLessThan(7);
    expect(() => generator(0).choice(7, { p: Array.from(p) })).toThrow(/sum to 1/);
  });

  it.each<[string, string, () => unknown]>([
    ["an empty array", "empty", () => generator(0).choice([])],
    ["zero elements", "empty", () => generator(0).choice(0)],
    ["fewer than zero elements", "empty", () => generator(0).choice(-3)],
    ["a fraction of elements", "size", () => generator(0).choice(2.5)],
    ["a negative size", "size", () => generator(0).choice(2, { size: -1 })],
    ["more than there are", "size", () => generator(0).choice(2, { size: 3, replace: false })],
    ["more than can be", "size", () => generator(0).choice(3, { size: 2, replace: false, p: [0, 1, 0] })],
    ["p of another length", "probability", () => generator(0).choice(2, { p: [1] })],
    ["a negative p", "probability", () => generator(0).choice(2, { p: [1.5, -0.5] })],
    ["a NaN p", "probability", () => generator(0).choice(2, { p: [1, Number.NaN] })],
    ["p that sums to less", "probability", () => generator(0).choice(2, { p: [0.5, 0.4] })],
    ["p that sums to more", "probability", () => generator(0).choice(2, { p: [0.5, 0.6] })],
    ["an infinite p", "probability", () => generator(0).choice(2, { p: [1, Number.POSITIVE_INFINITY] })],
  ])("refuses %s", (_what, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });
});
