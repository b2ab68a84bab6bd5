import { setDevice, type Tensor, tensor } from "@gradbridge/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { applyDelta } from "./apply-delta.ts";
import { type ClipOptions, clipDeltas } from "./clip-deltas.ts";
import { pairDeltas } from "./deltas.ts";

beforeAll(() => setDevice("reference"));

/** Clips δ for two outputs, [rows, 2] and [rows]; gives rows of three numbers. */
function clipped(rows: readonly (readonly [number, number, number])[], options: ClipOptions): number[][] {
  const make = (pick: (row: readonly [number, number, number]) => number | number[]): Tensor =>
    tensor(rows.map(pick) as number[], { dtype: "float64", requiresGrad: true });
  const y = make(([a, b]) => [a, b]);
  const v = make(([, , c]) => c);
  const { pairs } = clipDeltas(pairDeltas({ y, v }, { y: y.detach(), v: v.detach() }), options);
  const [first, second] = pairs.map(({ delta }) => delta.toArray()) as [number[][], number[]];
  return first.map((row, i) => [...row, second[i]!]);
}

const length = (...values: readonly number[]): number => Math.hypot(...values);

describe("clipDeltas", () => {
  it("shortens rows that are too long, over all their outputs, and leaves the others alone", () => {
    const rows = [
      [2, 3, 6], // norm 7
      [0, 0, 0],
      [0.5, 0, -0.5],
    ] as const;
    const [first, second, third] = clipped(rows, { maxRowNorm: 3.5 });
    first!.forEach((value, i) => {
      expect(value).toBeCloseTo([1, 1.5, 3][i]!, 12);
    });
    expect([second, third]).toEqual([rows[1], rows[2]]);
  });

  it("shortens all rows by one factor", () => {
    const [first, second] = clipped(
      [
        [3, 0, 0],
        [0, 4, 0],
      ],
      { maxNorm: 1 },
    );
    expect(first![0]).toBeCloseTo(0.6, 12);
    expect(second![1]).toBeCloseTo(0.8, 12);
  });

  it("never leaves more than the limits, and keeps directions", () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const limit = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number, number), { minLength: 1, maxLength: 5 }),
        limit,
        limit,
        (rows, maxRowNorm, maxNorm) => {
          const result = clipped(rows, { maxRowNorm, maxNorm });
          expect(length(...result.flat())).toBeLessThanOrEqual(maxNorm * (1 + 1e-12));
          result.forEach((row, i) => {
            expect(length(...row)).toBeLessThanOrEqual(maxRowNorm * (1 + 1e-12));
            // |a × b| is 0 where a and b are parallel
            const [a, b] = [row, rows[i]!];
            expect(Math.abs(a[0]! * b[1] - a[1]! * b[0])).toBeLessThanOrEqual(
              1e-9 * length(...a) * length(...b),
            );
            expect(a.every((value, j) => value * b[j]! >= 0)).toBe(true);
          });
        },
      ),
    );
  });

  it("refuses limits that are none, and rows that do not belong together", () => {
    const y = tensor([[1], [2]], { requiresGrad: true });
    const apply = (options: ClipOptions, outputs: Record<string, Tensor> = { y }): unknown =>
      applyDelta(outputs, Object.fromEntries(Object.entries(outputs).map(([k, o]) => [k, o.detach()])), {
        mode: "seed",
        ...options,
      });
    for (const wrong of [0, -1, Number.NaN]) {
      for (const option of ["maxNorm", "maxRowNorm"]) {
        expect(() => apply({ [option]: wrong })).toThrow(`${option} must be above 0, got ${wrong}`);
      }
    }
    const shared = tensor([0.5], { requiresGrad: true });
    expect(() => apply({ maxRowNorm: 1 }, { y, shared })).toThrow(/got y 2, shared 1\. Use maxNorm/);
    apply({ maxNorm: 1 }, { y, shared });
    expect(shared.grad!.item()).toBeCloseTo(-0.5 / length(1, 2, 0.5), 6);
  });
});
