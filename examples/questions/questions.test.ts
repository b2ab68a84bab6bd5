import { setDevice } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import { approaches, drawRotated, makeImages, readAngles, side } from "./angles.ts";
import {
  bceAt,
  gradAgainstBackward,
  logOfZero,
  lossAtMargin,
  lossesUnderMotion,
  overfit,
} from "./answers.ts";
import { anglesChart, lettersChart, overfitChart, svg } from "./plots.ts";

beforeAll(() => setDevice("wasm"));

describe("grad against backward on x₁² + 5 x₂", () => {
  it("gives the numbers of the answer, to the digits of its inputs", () => {
    const { value, returned } = gradAgainstBackward();
    expect(value.toFixed(4)).toBe("4.1377");
    expect(returned[0]).toBeCloseTo(0.7878, 6); // 0.7879 in the answer, whose x₁ has more digits than it prints
    expect(returned[1]).toBe(5);
  });

  it("grad returns and leaves the fields alone, backward accumulates into them", () => {
    const { returned, untouched, accumulated, twice } = gradAgainstBackward();
    expect(untouched).toBe(true);
    expect(accumulated).toEqual(returned);
    expect(twice).toEqual(accumulated.map((gradient) => 2 * gradient));
  });
});

describe("losses of moved points", () => {
  const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];

  it("rotation and translation leave MSE, RMSE and their gradients unchanged, and change NLL", () => {
    const { mse, rmse, nll } = lossesUnderMotion(
      [
        [cos, -sin],
        [sin, cos],
      ],
      [3, -1],
    );
    for (const { before, after } of [mse, rmse]) {
      expect(after.loss).toBeCloseTo(before.loss, 5);
      after.gradient.forEach((value, i) => {
        expect(value).toBeCloseTo(before.gradient[i]!, 5);
      });
    }
    expect(Math.abs(nll.after.loss - nll.before.loss)).toBeGreaterThan(0.1);
    expect(Math.abs(nll.after.gradient[0]! - nll.before.gradient[0]!)).toBeGreaterThan(0.1);
  });

  it("any other linear map changes MSE too", () => {
    const { mse } = lossesUnderMotion(
      [
        [2, 0],
        [0, 1],
      ],
      [0, 0],
    );
    expect(mse.after.loss).toBeGreaterThan(1.5 * mse.before.loss);
  });
});

describe("loss despite perfect accuracy", () => {
  it("stays above 0, and goes on falling, after every sample is right", () => {
    const { losses, accuracies } = overfit(3000, "float32");
    expect(accuracies.slice(100).every((accuracy) => accuracy === 1)).toBe(true);
    expect(losses[2999]).toBeGreaterThan(1e-6);
    expect(losses[2999]).toBeLessThan(1e-3);
    expect(losses[2999]).toBeLessThan(losses[999]!);
  });

  it("becomes 0 only where the probability rounds to 1", async () => {
    expect(lossAtMargin(10, "float32")).toBeCloseTo(2 * Math.exp(-10), 6);
    expect(lossAtMargin(16, "float32")).toBeGreaterThan(0);
    expect(lossAtMargin(18, "float32")).toBe(0);
    await setDevice("reference");
    expect(lossAtMargin(36, "float64")).toBeGreaterThan(0);
    expect(lossAtMargin(38, "float64")).toBe(0);
    await setDevice("wasm");
  });
});

describe("log(0)", () => {
  it("a bare logarithm gives infinity and NaN", () => {
    const { bare } = logOfZero();
    expect(bare.loss).toBe(Infinity);
    expect(bare.gradient.some(Number.isNaN)).toBe(true);
  });

  it("clipping gives a finite loss, but no gradient: the network cannot learn its mistake", () => {
    const { clipped } = logOfZero();
    expect(clipped.loss).toBeCloseTo(-Math.log(2e-7), 4);
    expect(clipped.gradient.map(Math.abs)).toEqual([0, 0, 0]);
  });

  it("log-softmax gives the true loss and the full gradient", () => {
    const { logSoftmax } = logOfZero();
    expect(logSoftmax.loss).toBeCloseTo(200 + Math.log(2), 3);
    expect(logSoftmax.gradient).toEqual([-1, 0.5, 0.5]);
  });

  it("bceLoss is 100 where it is wrong at 0 or 1, 0 where it is right, and its gradient is finite", () => {
    expect(bceAt(0, 1).loss).toBe(100);
    expect(bceAt(1, 0).loss).toBe(100);
    expect(bceAt(0, 1).gradient / -1e12).toBeCloseTo(1, 6);
    expect(bceAt(1, 0).gradient / 1e12).toBeCloseTo(1, 6);
    for (const p of [0, 1]) {
      expect(bceAt(p, p).loss).toBeCloseTo(0, 12);
      expect(bceAt(p, p).gradient).toBeCloseTo(0, 12);
    }
  });
});

describe("angles of rotated images", () => {
  it("draws the letter, and turns it as it says", () => {
    const upright = drawRotated(0);
    const turned = drawRotated(Math.PI / 2);
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        // a quarter turn counterclockwise takes (row, column) to (side − 1 − column, row)
        const moved = turned[(side - 1 - column) * side + row]!;
        expect(moved).toBeCloseTo(upright[row * side + column]!, 5);
      }
    }
    expect(upright.reduce((total, light) => total + light, 0)).toBeGreaterThan(20);
  });

  it("reads them from (cos, sin) without tanh by either loss, not from tanh by cosine, nor from one number", () => {
    const random = generator(9);
    const [train, test] = [makeImages(2000, random), makeImages(500, random)];
    const read = (name: string, learningRate: number) => {
      const approach = approaches.find((candidate) => candidate.name === name)!;
      return readAngles(approach, train, test, { steps: 1500, learningRate });
    };
    expect(read("(cos, sin), linear, mean squared error", 0.01).meanError).toBeLessThan(3);
    expect(read("(cos, sin), linear, cosine loss", 0.1).meanError).toBeLessThan(6);

    const collapsed = read("(cos, sin), tanh, cosine loss", 0.1);
    expect(collapsed.nearDiagonals).toBeGreaterThan(0.5); // 0.22 if spread evenly
    expect(collapsed.meanError).toBeGreaterThan(10);

    const oneNumber = read("angle / 2π as one number, mean squared error", 0.01);
    expect(oneNumber.worstError).toBeGreaterThan(60); // near 0° = 360° it answers the middle
  });
});

describe("the charts", () => {
  it("draw", async () => {
    expect(await svg(lettersChart([0, 90]))).toContain("90°");
    expect(await svg(overfitChart([1, 0.5, 0.1], 1))).toContain("accuracy 100 % from here");
    const reading = { truth: [1], predicted: [2], meanError: 1, worstError: 1, nearDiagonals: 1 };
    expect(await svg(anglesChart([{ title: "a reading", reading }]))).toContain("a reading");
  });
});
