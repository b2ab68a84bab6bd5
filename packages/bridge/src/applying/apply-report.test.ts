import { compile, setDevice, type Tensor, tensor } from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { type ApplyOptions, type ApplyReport, applyDelta } from "./apply-delta.ts";
import { type ApplyMeasures, applyWarnings } from "./apply-report.ts";

beforeAll(() => setDevice("wasm"));

/** y = w, one row per number. */
function applied(
  y: readonly number[],
  delta: readonly number[],
  options: ApplyOptions,
): { readonly report: ApplyReport; readonly measures: ApplyMeasures } {
  const w = tensor(
    y.map((value) => [value]),
    { requiresGrad: true },
  );
  const report = applyDelta({ y: w }, { y: Float32Array.from(delta) }, options);
  return { report, measures: report.measure() };
}

const acted = (...rows: readonly number[]): Tensor => tensor(rows.map((value) => [value]));

describe("ApplyReport", () => {
  it("tells norms before and after clipping, per output and in all", () => {
    const y = tensor([[0, 0]], { requiresGrad: true });
    const v = tensor([0], { requiresGrad: true });
    const deltas = { y: Float32Array.of(2, 3), v: Float32Array.of(6) };
    const report = applyDelta({ y, v }, deltas, { mode: "seed", scale: 2, maxNorm: 7 });
    const { outputs, deltaNorm, appliedNorm, clipFactor, clippedRows } = report.measure();
    expect(report.deltaNorm().item()).toBeCloseTo(14, 5);
    expect(deltaNorm.item()).toBeCloseTo(14, 5);
    expect(appliedNorm.item()).toBeCloseTo(7, 5);
    expect(clipFactor.item()).toBeCloseTo(0.5, 6);
    expect(clippedRows.item()).toBe(0);
    expect(outputs.y!.deltaNorm.item()).toBeCloseTo(2 * Math.hypot(2, 3), 5);
    expect(outputs.y!.appliedNorm.item()).toBeCloseTo(Math.hypot(2, 3), 5);
    expect(outputs.v!.appliedNorm.item()).toBeCloseTo(6, 5);
  });

  it("tells which share of the rows was clipped", () => {
    const { measures } = applied([0, 0, 0, 0], [3, 0.5, -2, 1], { mode: "inner", maxRowNorm: 1 });
    expect(measures.clippedRows.item()).toBe(0.5);
    expect(measures.clipFactor.item()).toBe(1);
    expect(measures.appliedNorm.item()).toBeCloseTo(Math.sqrt(1 + 0.25 + 1 + 1), 6);
  });

  it("tells the pull's share of the surrogate's gradient", () => {
    const behavior = { y: acted(1, 4) };
    const surrogate = { mode: "surrogate", anchor: "behavior", behavior } as const;
    // y − ỹ = (3, −4), δ = (0, 1)
    const { measures } = applied([4, 0], [0, 1], surrogate);
    expect(measures.outputs.y!.proximalShare.item()).toBeCloseTo(5 / 6, 6);
    for (const options of [{ mode: "surrogate" }, { ...surrogate, mode: "seed" }] as const) {
      expect(applied([4, 0], [0, 1], options).measures.outputs.y!.proximalShare.item()).toBe(0);
    }
    // nothing to share out: no NaN
    expect(applied([1, 4], [0, 0], surrogate).measures.outputs.y!.proximalShare.item()).toBe(0);
  });

  it.each([
    [1, 1.7e-4],
    [1e3, 0.22],
    [1e4, 1],
  ])("tells what rounding takes from δ = 1e-4 at y = %d", (y, expected) => {
    const { measures, report } = applied([y], [1e-4], { mode: "surrogate" });
    const error = measures.outputs.y!.roundingError.item();
    expect(error / expected).toBeGreaterThan(0.9);
    expect(error / expected).toBeLessThan(1.1);
    expect(report.warnings()).toHaveLength(expected > 0.01 ? 1 : 0);
  });

  it("warns of a δ that float32 swallows, with what to do, and only where it does", () => {
    const { report } = applied([1e4], [1e-4], { mode: "surrogate" });
    expect(report.warnings()).toEqual([
      'The surrogate\'s target ỹ + δ for "y" rounds away 100 % of δ, which is small beside ỹ. ' +
        'Use the mode "seed" or "inner", which add nothing to ỹ, or a larger scale.',
    ]);
    for (const mode of ["seed", "inner"] as const)
      expect(applied([1e4], [1e-4], { mode }).report.warnings()).toEqual([]);
    expect(applied([1e4], [1e4], { mode: "surrogate" }).report.warnings()).toEqual([]);
    expect(applied([0], [1e25], { mode: "seed" }).report.warnings()).toEqual([
      expect.stringContaining("norm of δ overflows"),
    ]);
  });

  it("goes into a compiled step, and tells of every replay", () => {
    const w = tensor([[1], [1]], { requiresGrad: true });
    const step = compile((delta: Tensor, behavior: Tensor): ApplyMeasures => {
      w.grad = null;
      const options = { mode: "surrogate", anchor: "behavior", maxRowNorm: 2 } as const;
      const report = applyDelta({ y: w.mul(1) }, { y: delta }, { ...options, behavior: { y: behavior } });
      return report.measure();
    });
    for (const [delta, ỹ, norm, share, rows] of [
      [acted(3, 0), acted(1, 1), 3, 0, 0.5],
      [acted(0, 1), acted(1, 2), 1, 0.5, 0],
      [acted(30, 40), acted(1, 1), 50, 0, 1],
    ] as const) {
      const measures = step(delta, ỹ);
      expect(measures.deltaNorm.item()).toBeCloseTo(norm, 4);
      expect(measures.outputs.y!.proximalShare.item()).toBeCloseTo(share, 5);
      expect(measures.clippedRows.item()).toBe(rows);
      expect(applyWarnings(measures)).toEqual([]);
    }
    expect(applyWarnings(step(acted(1e-4, 1e-4), acted(1e4, 1e4)))).toHaveLength(1);
  });

  it("shows a compiled step's NaN in the norm of the gradients, whatever δ, mode and clipping", () => {
    for (const mode of ["seed", "surrogate", "inner"] as const) {
      for (const clip of [{}, { maxNorm: 1 }, { maxRowNorm: 1 }]) {
        const w = tensor([[1], [1]], { requiresGrad: true });
        const step = compile((delta: Tensor) => {
          w.grad = null;
          applyDelta({ y: w.mul(2) }, { y: delta }, { mode, ...clip });
          return w.grad!.square().sum().sqrt();
        });
        expect(step(acted(1, 2)).item()).toBeGreaterThan(0);
        for (const poison of [Number.NaN, Infinity, -Infinity]) {
          expect(Number.isFinite(step(acted(1, poison)).item())).toBe(false);
        }
      }
    }
  });
});
