import { describe, expect, it } from "vitest";
import * as tables from "./ziggurat-tables.ts";

/**
 * The equations that define a ziggurat: strips of equal area, each over the part of the density that the next one
 * leaves, the base strip with the tail beyond r.
 */
function checkZiggurat(
  width: ArrayLike<number>,
  density: ArrayLike<number>,
  threshold: ArrayLike<number>,
  bits: number,
  shape: { density: (x: number) => number; tailArea: (r: number) => number; precision: number },
): void {
  const scale = 2 ** bits;
  const edge = Array.from({ length: 256 }, (_, i) => width[i] * scale);
  const r = edge[255];
  const area = r * shape.density(r) + shape.tailArea(r);
  const near = (actual: number, expected: number): void => {
    expect(Math.abs(actual / expected - 1)).toBeLessThan(shape.precision);
  };

  near(edge[0], area / shape.density(r));
  near(threshold[0], (r / edge[0]) * scale);
  expect(density[0]).toBe(1);
  expect(threshold[1]).toBe(0);
  for (let i = 1; i < 256; i++) {
    near(density[i], shape.density(edge[i]));
    near(edge[i] * (density[i - 1] - density[i]), area);
    if (i > 1) near(threshold[i], (edge[i - 1] / edge[i]) * scale);
  }
}

/** ∫ from r of exp(−x²/2), by Laplace's continued fraction. */
function normalTail(r: number): number {
  let fraction = r;
  for (let k = 200; k > 0; k--) fraction = r + k / fraction;
  return Math.exp(-0.5 * r * r) / fraction;
}

describe("the ziggurat tables", () => {
  const normal = { density: (x: number) => Math.exp(-0.5 * x * x), tailArea: normalTail };
  const exponential = { density: (x: number) => Math.exp(-x), tailArea: (r: number) => Math.exp(-r) };

  it("of the normal distribution solve their equations", () => {
    const { NORMAL_WIDTH, NORMAL_DENSITY, NORMAL_THRESHOLD } = tables;
    checkZiggurat(NORMAL_WIDTH, NORMAL_DENSITY, NORMAL_THRESHOLD, 52, { ...normal, precision: 1e-12 });
  });

  it("of the exponential distribution solve their equations", () => {
    const { EXPONENTIAL_WIDTH, EXPONENTIAL_DENSITY, EXPONENTIAL_THRESHOLD } = tables;
    checkZiggurat(EXPONENTIAL_WIDTH, EXPONENTIAL_DENSITY, EXPONENTIAL_THRESHOLD, 53, {
      ...exponential,
      precision: 1e-12,
    });
  });

  it("in float32 solve them too", () => {
    const precision = 1e-4;
    const { NORMAL_WIDTH_32, NORMAL_DENSITY_32, NORMAL_THRESHOLD_32 } = tables;
    checkZiggurat(NORMAL_WIDTH_32, NORMAL_DENSITY_32, NORMAL_THRESHOLD_32, 23, { ...normal, precision });
    const { EXPONENTIAL_WIDTH_32, EXPONENTIAL_DENSITY_32, EXPONENTIAL_THRESHOLD_32 } = tables;
    checkZiggurat(EXPONENTIAL_WIDTH_32, EXPONENTIAL_DENSITY_32, EXPONENTIAL_THRESHOLD_32, 23, {
      ...exponential,
      precision,
    });
  });
});
