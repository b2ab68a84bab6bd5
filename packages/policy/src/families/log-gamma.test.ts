import { checkGradient, setDevice, tensor } from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { logGamma } from "./log-gamma.ts";

beforeAll(() => setDevice("reference"));

const at = (x: number): number => logGamma(tensor([x], { dtype: "float64" })).item();

describe("logGamma", () => {
  it("is log (n − 1)! at whole numbers", () => {
    let expected = 0;
    for (let n = 1; n <= 170; n++) {
      expect(Math.abs(at(n) - expected)).toBeLessThanOrEqual(1e-13 * Math.max(1, expected));
      expected += Math.log(n);
    }
  });

  it("is the known closed form at halves", () => {
    expect(at(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(at(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 13);
    expect(at(2.5)).toBeCloseTo(Math.log((3 * Math.sqrt(Math.PI)) / 4), 13);
  });

  it("satisfies Γ(x) Γ(1 − x) = π / sin πx and Γ(x + 1) = x Γ(x)", () => {
    for (const x of [1e-12, 1e-5, 0.1, 0.3, 0.49]) {
      const reflected = Math.log(Math.PI / Math.sin(Math.PI * x));
      expect(Math.abs(at(x) + at(1 - x) - reflected)).toBeLessThanOrEqual(1e-12 * Math.max(1, reflected));
    }
    for (const x of [0.7, 3.2, 55.5, 1e4, 1e8, 1e15]) {
      expect(Math.abs(at(x + 1) - at(x) - Math.log(x)) / at(x + 1)).toBeLessThanOrEqual(1e-13);
    }
  });

  it("does not overflow in float32", () => {
    expect(logGamma(tensor([1e6])).item() / 12815504.569).toBeCloseTo(1, 5);
  });

  it("has the derivative that differences show", () => {
    const x = tensor([0.3, 1, 2.5, 40], { dtype: "float64", requiresGrad: true });
    expect(checkGradient(logGamma, [x])).toBeLessThan(1e-5);
  });
});
