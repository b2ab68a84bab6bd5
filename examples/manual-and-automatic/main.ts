import { writeFileSync } from "node:fs";
import { setDevice } from "@gradbridge/core";
import { fitsChart, lossChart, svg } from "./plots.ts";
import { type Fit, finalLoss, lossOfTruth, makeData, names, train } from "./regressions.ts";

const steps = 5000;
const curves = new Map<(typeof names)[number], { automatic: number[]; manual: number[] }>();
const fits = new Map<(typeof names)[number], Fit>();

/** The largest relative distance of two curves over their first steps. */
function distance(a: number[], b: number[], count: number): string {
  const distances = a.slice(0, count).map((value, i) => Math.abs(value - b[i]!) / Math.abs(value));
  return Math.max(...distances)
    .toExponential(1)
    .padStart(10);
}

for (const [device, dtype] of [
  ["reference", "float64"],
  ["wasm", "float32"],
] as const) {
  await setDevice(device);
  const data = makeData(dtype);
  console.log(`\n${device}, ${dtype}, ${steps} steps`);
  console.log("                     final loss (median of 500 steps)       distance of the curves");
  console.log("regression          automatic      manual       truth    500 steps      all steps");
  for (const name of device === "reference" ? names.slice(0, 3) : names) {
    const regression = data.regressions[name];
    const automatic = train(data.x, regression, { mode: "automatic", steps });
    const manual = train(data.x, regression, { mode: "manual", steps });
    const numbers = [finalLoss(automatic), finalLoss(manual), lossOfTruth(regression)];
    console.log(
      name.padEnd(18),
      ...numbers.map((value) => value.toFixed(6).padStart(11)),
      `  ${distance(automatic.losses, manual.losses, 500)}     ${distance(automatic.losses, manual.losses, steps)}`,
    );
    if (device === "reference") curves.set(name, { automatic: automatic.losses, manual: manual.losses });
    else fits.set(name, manual);
  }
  if (device === "wasm") writeFileSync("plots/fits.svg", await svg(fitsChart(data, fits)));
}
writeFileSync("plots/losses.svg", await svg(lossChart(curves)));
