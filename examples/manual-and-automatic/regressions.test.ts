import { setDevice } from "@gradbridge/core";
import { describe, expect, it } from "vitest";
import { fitsChart, svg } from "./plots.ts";
import { type Data, finalLoss, lossOfTruth, makeData, names, train } from "./regressions.ts";

/** The largest relative distance of the loss curves of both ways of training. */
function distance({ x, regressions }: Data, name: (typeof names)[number], steps: number): number {
  const automatic = train(x, regressions[name], { mode: "automatic", steps });
  const manual = train(x, regressions[name], { mode: "manual", steps });
  expect(automatic.losses.at(-1)).toBeLessThan(automatic.losses[0]!);
  return Math.max(...automatic.losses.map((loss, i) => Math.abs(loss - manual.losses[i]!) / Math.abs(loss)));
}

describe("on reference, in float64", () => {
  it("the Gaussian curves are equal to the last bit", async () => {
    await setDevice("reference");
    expect(distance(makeData("float64"), "Gaussian", 150)).toBe(0);
  });

  it.each(names)("the curves of %s are equal to 1e-12", async (name) => {
    await setDevice("reference");
    expect(distance(makeData("float64"), name, 60)).toBeLessThan(1e-12);
  });
});

describe("on wasm, in float32", () => {
  it("the Gaussian curves are equal to the last bit over 5,000 steps and end where the text's do", async () => {
    await setDevice("wasm");
    const { x, regressions } = makeData("float32");
    const automatic = train(x, regressions.Gaussian, { mode: "automatic", steps: 5000 });
    const manual = train(x, regressions.Gaussian, { mode: "manual", steps: 5000 });
    expect(manual.losses).toEqual(automatic.losses);
    // the text reports 0.0225 to 0.0192 for steps 3,000 to 4,500
    expect(finalLoss(manual)).toBeGreaterThan(0.017);
    expect(finalLoss(manual)).toBeLessThan(0.0225);
  });

  it.each(names)("the curves of %s are equal to 1e-4 over 100 steps", async (name) => {
    await setDevice("wasm");
    expect(distance(makeData("float32"), name, 100)).toBeLessThan(1e-4);
  });

  it.each(names.slice(1))("without a loss, %s comes as low as the truth", async (name) => {
    await setDevice("wasm");
    const data = makeData("float32");
    const fit = train(data.x, data.regressions[name], { mode: "manual", steps: 5000 });
    const start = fit.losses[0]!;
    const truth = lossOfTruth(data.regressions[name]);
    expect(finalLoss(fit) - truth).toBeLessThan(0.15 * (start - truth));
    expect(await svg(fitsChart(data, new Map([[name, fit]])))).toContain("</svg>");
  });
});
