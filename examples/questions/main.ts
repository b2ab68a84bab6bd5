import { writeFileSync } from "node:fs";
import { setDevice } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { approaches, makeImages, readAngles } from "./angles.ts";
import {
  bceAt,
  gradAgainstBackward,
  logOfZero,
  lossAtMargin,
  lossesUnderMotion,
  overfit,
} from "./answers.ts";
import { anglesChart, lettersChart, overfitChart, svg } from "./plots.ts";

await setDevice("wasm");

console.log("1. grad and backward on x1² + 5 x2 at (0.3939, 0.7965)");
console.log(gradAgainstBackward());

console.log("\n2. losses before and after the points are rotated by 0.7 and shifted by (3, −1)");
const [cos, sin] = [Math.cos(0.7), Math.sin(0.7)];
const turn = [
  [cos, -sin],
  [sin, cos],
];
for (const [name, { before, after }] of Object.entries(lossesUnderMotion(turn, [3, -1]))) {
  console.log(name.padEnd(5), before.loss.toFixed(6), after.loss.toFixed(6));
}

console.log("\n3. three samples by heart");
const { losses, accuracies } = overfit(10_000, "float32");
const perfectFrom = accuracies.findLastIndex((accuracy) => accuracy < 1) + 1;
console.log(`accuracy 1 from step ${perfectFrom + 1} at loss ${losses[perfectFrom]!.toFixed(4)}`);
for (const step of [100, 1000, 10_000])
  console.log(`step ${step}: loss ${losses[step - 1]!.toExponential(2)}`);
for (const margin of [10, 16, 17, 18]) {
  console.log(`margin ${margin}: loss ${lossAtMargin(margin, "float32").toExponential(2)} in float32`);
}
writeFileSync("plots/overfit.svg", await svg(overfitChart(losses, perfectFrom)));

console.log("\n4. a right class of probability 0");
console.log(logOfZero());
for (const [p, t] of [
  [0, 1],
  [1, 0],
  [0, 0],
  [1, 1],
] as const) {
  console.log(`bceLoss at p = ${p}, t = ${t}:`, bceAt(p, t));
}

console.log("\n5. angles: mean and worst error in degrees, share within 5° of a multiple of 45°");
const random = generator(9);
const [train, test] = [makeImages(2000, random), makeImages(500, random)];
const shown: Parameters<typeof anglesChart>[0][number][] = [];
for (const learningRate of [0.001, 0.01, 0.1]) {
  for (const approach of approaches) {
    const reading = readAngles(approach, train, test, { steps: 1500, learningRate });
    const { meanError, worstError, nearDiagonals } = reading;
    console.log(
      String(learningRate).padEnd(6),
      approach.name.padEnd(46),
      meanError.toFixed(2).padStart(6),
      worstError.toFixed(1).padStart(6),
      `${(100 * nearDiagonals).toFixed(0)} %`.padStart(6),
    );
    const best = approach.outputs === 1 ? 0.01 : 0.1;
    if (learningRate === best && approach.name !== "(cos, sin), tanh, mean squared error") {
      shown.push({ title: approach.name, reading });
    }
  }
}
writeFileSync("plots/letters.svg", await svg(lettersChart([0, 20, 90, 135, 200, 310])));
writeFileSync("plots/angles.svg", await svg(anglesChart(shown)));
