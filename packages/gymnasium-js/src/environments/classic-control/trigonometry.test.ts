import { describe, expect, it } from "vitest";
import { type Packed, readFixture, unpack } from "../../fixtures/read-fixture.ts";
import { accurateCos, accurateSin } from "./accurate-trigonometry.ts";
import { float32Cos, float32Sin } from "./float32-trigonometry.ts";
import { fusedMultiplyAdd } from "./fused-multiply-add.ts";
import { roundedSquare } from "./rounded-square.ts";

type Functions = Readonly<Record<"x" | "sin" | "cos", Packed>>;
interface Recording {
  readonly float64: Functions;
  readonly float32: Functions;
  readonly square: Readonly<Record<"x" | "square", Packed>>;
}
const recording = readFixture<Recording>("trigonometry");

describe("sines, cosines and squares are rounded as under Python", () => {
  it.each([
    ["float64", accurateSin, accurateCos],
    ["float32", float32Sin, float32Cos],
  ] as const)("%s", (precision, sin, cos) => {
    const x = Array.from(unpack(recording[precision].x));
    expect(x.map(sin)).toEqual(Array.from(unpack(recording[precision].sin)));
    expect(x.map(cos)).toEqual(Array.from(unpack(recording[precision].cos)));
  });

  it("and squares as x**2", () => {
    const x = Array.from(unpack(recording.square.x));
    const squares = Array.from(unpack(recording.square.square));
    expect(x.map(roundedSquare)).toEqual(squares);
    expect(squares.filter((square, i) => square !== x[i]! * x[i]!).length).toBeGreaterThan(0);
    expect([0, -3, 1e200, 1e-200].map(roundedSquare)).toEqual([0, 9, Number.POSITIVE_INFINITY, 0]);
  });

  it("far from zero they are those of Math", () => {
    expect(accurateSin(1e6)).toBe(Math.sin(1e6));
    expect(accurateCos(-1e6)).toBe(Math.cos(-1e6));
    expect(accurateSin(Number.NaN)).toBeNaN();
    expect(float32Cos(2)).toBe(Math.fround(Math.cos(2)));
  });

  it("a fused multiply-add rounds once", () => {
    const a = 1 + 2 ** -30;
    expect(a * a - (1 + 2 ** -29)).toBe(0);
    expect(fusedMultiplyAdd(a, a, -(1 + 2 ** -29))).toBe(2 ** -60);
  });
});
