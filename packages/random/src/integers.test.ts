import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { generator } from "./generator.ts";
import type { IntegerDType } from "./integer-interval.ts";

const LIMITS: Record<IntegerDType, [bigint, bigint]> = {
  bool: [0n, 1n],
  int8: [-128n, 127n],
  uint8: [0n, 255n],
  int16: [-32768n, 32767n],
  uint16: [0n, 65535n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** A type and two bounds within it, in order. */
const interval = fc
  .constantFrom(...(Object.keys(LIMITS) as IntegerDType[]))
  .chain((dtype) => {
    const bound = fc.bigInt({ min: LIMITS[dtype][0], max: LIMITS[dtype][1] });
    return fc.tuple(fc.constant(dtype), bound, bound);
  })
  .map(([dtype, a, b]) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    return { dtype, low, high };
  });

describe("integers", () => {
  it("stays within its bounds, in every type, over its whole range", () => {
    fc.assert(
      fc.property(fc.nat(), interval, (seed, { dtype, low, high }) => {
        const random = generator(seed);
        const value = random.integers(low, high, { dtype, endpoint: true });
        expect(value >= low && value <= high).toBe(true);
        if (low < high) {
          const below = random.integers(low, high, { dtype });
          expect(below >= low && below < high).toBe(true);
        }
      }),
    );
  });

  it("draws the same integer for numbers as for bigints", () => {
    const bound = fc.integer({ min: -(2 ** 52) + 1, max: 2 ** 52 - 1 });
    fc.assert(
      fc.property(fc.nat(), bound, bound, (seed, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const number = generator(seed).integers(low, high, { endpoint: true });
        const bigint = generator(seed).integers(BigInt(low), BigInt(high), { endpoint: true });
        expect(BigInt(number)).toBe(bigint);
      }),
    );
  });

  it("with one bound starts from 0, and draws nothing for a single value", () => {
    const random = generator(1);
    for (let i = 0; i < 100; i++) {
      expect(random.integers(3)).toBeLessThan(3);
      expect(random.integers(3n) < 3n).toBe(true);
    }
    const before = random.state;
    expect(random.integers(1)).toBe(0);
    expect(random.integers(7, 8)).toBe(7);
    expect(random.integers(-4, -4, { endpoint: true })).toBe(-4);
    expect(random.state).toEqual(before);
  });

  it("makes every value equally likely where most draws are rejected", () => {
    // 2^31 + 1 values: Lemire's method rejects half of the 32-bit draws.
    const size = 2 ** 31 + 1;
    const counts = new Array<number>(8).fill(0);
    const random = generator(2);
    for (let i = 0; i < 80_000; i++) counts[Math.floor((random.integers(size) / size) * 8)]++;
    // Five standard deviations of a binomial count with p = 1/8.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(468);
  });

  it("reaches every value of the narrow types", () => {
    const random = generator(6);
    const all = { dtype: "int8", endpoint: true } as const;
    expect(new Set(Array.from({ length: 5000 }, () => random.integers(-128, 127, all))).size).toBe(256);
    expect(new Set(random.fillIntegers(new Uint8Array(5000), 0, 256))).toHaveProperty("size", 256);
    expect(
      new Set(random.fillIntegers([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 2, null, { dtype: "bool" })).size,
    ).toBe(2);
  });

  it.each<[string, string, () => unknown]>([
    ["an empty interval", "range", () => generator(0).integers(3, 3)],
    ["high below low", "range", () => generator(0).integers(3, 2)],
    ["zero values", "range", () => generator(0).integers(0)],
    ["high below low with endpoint", "range", () => generator(0).integers(3, 2, { endpoint: true })],
    ["an empty interval of bigints", "range", () => generator(0).integers(3n, 3n)],
    ["a fractional bound", "range", () => generator(0).integers(0, 1.5)],
    ["a NaN bound", "range", () => generator(0).integers(Number.NaN)],
    ["an inexact number", "range", () => generator(0).integers(0, 2 ** 53 + 2)],
    ["a number range above 2^53", "range", () => generator(0).integers(-(2 ** 53) + 1, 2 ** 53 - 1)],
    ["a bound outside the type", "range", () => generator(0).integers(0, 257, { dtype: "uint8" })],
    [
      "a negative bound in an unsigned type",
      "range",
      () => generator(0).integers(-1, 5, { dtype: "uint64" }),
    ],
    ["a bigint outside the type", "range", () => generator(0).integers(0n, 2n ** 63n + 1n)],
    ["an unknown type", "dtype", () => generator(0).integers(5, null, { dtype: "int7" as IntegerDType })],
    ["what the array cannot hold", "range", () => generator(0).fillIntegers(new Int8Array(1), 0, 300)],
    [
      "what the array cannot hold under another type",
      "range",
      () => generator(0).fillIntegers(new Int8Array(1), 0, 300, { dtype: "int64" }),
    ],
    ["more than a double holds", "range", () => generator(0).fillIntegers(new Float64Array(1), 0, 2n ** 60n)],
    ["more than a float32 holds", "range", () => generator(0).fillIntegers(new Float32Array(1), 0, 2 ** 25)],
    ["a fraction into an array", "range", () => generator(0).fillIntegers([0], 0.5)],
  ])("refuses %s", (_what, code, act) => {
    expect(act).toThrow(expect.objectContaining({ code }));
  });

  it("says what to do about wide ranges", () => {
    expect(() => generator(0).integers(0, 2 ** 60)).toThrow(/bigint/);
    expect(() => generator(0).integers(-(2 ** 53) + 1, 2 ** 53 - 1)).toThrow(/bigint/);
  });
});
