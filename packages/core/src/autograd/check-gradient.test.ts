import { describe, expect, it } from "vitest";
import {
  checkGradient,
  checkSecondGradient,
  defineFunction,
  GradbridgeError,
  setDevice,
  type Tensor,
  tensor,
} from "../index.ts";

await setDevice("reference");

const leaf = (): Tensor => tensor([0.5, -1.5, 2], { dtype: "float64", requiresGrad: true });

/** x³ with a first derivative of `factor` x² that is written in operations, or as a constant. */
const cube = (factor: number, constant = false): ((x: Tensor) => Tensor) =>
  defineFunction({
    name: "cube",
    forward: (x: Tensor) => x.pow(3),
    backward: (c, { inputs: [x] }) => [c.mul((constant ? x.detach() : x).square()).mul(factor)],
  });

function codeOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
  }
  return "no error";
}

describe("checkGradient", () => {
  it("passes what is right, says how right, and leaves the inputs as they were", () => {
    const x = leaf();
    expect(checkGradient(cube(3), [x])).toBeLessThan(1e-8);
    expect([x.toArray(), x.grad]).toEqual([[0.5, -1.5, 2], null]);
    expect(checkSecondGradient(cube(3), [x])).toBeLessThan(1e-6);
  });

  it("finds a derivative that is wrong by a percent, and names the element", () => {
    expect(codeOf(() => checkGradient(cube(3.03), [leaf()]))).toBe("gradient");
    expect(() => checkGradient(cube(3.03), [leaf()])).toThrow(/input 0 \(\[3\]\), element 0/);
  });

  it("finds a second derivative that was cut off", () => {
    checkGradient(cube(3, true), [leaf()]);
    expect(codeOf(() => checkSecondGradient(cube(3, true), [leaf()]))).toBe("gradient");
  });

  it("finds a gradient that does not arrive", () => {
    expect(codeOf(() => checkGradient((x) => x.detach().square(), [leaf()]))).toBe("gradient");
  });

  it("needs float64 and something to differentiate", () => {
    expect(codeOf(() => checkGradient((x) => x, [tensor([1], { requiresGrad: true })]))).toBe("dtype");
    expect(codeOf(() => checkGradient((x) => x, [leaf().detach()]))).toBe("no-gradient");
  });
});
