import { setDevice } from "@gradbridge/core";
import { values } from "./values.ts";

await setDevice("reference");
let differing = 0;
for (const { section, what, printed, compute } of values) {
  const computed = [...compute().dataSync()].map((value) => value.toFixed(4));
  const same = printed.every((value, i) => value.toFixed(4) === computed[i]);
  if (!same) differing++;
  console.log(`${same ? "equal" : "DIFFERS"}  ${section.padEnd(6)} ${what}: ${computed.join(" ")}`);
}
console.log(`${values.length - differing} of ${values.length} as printed`);
process.exitCode = differing === 0 ? 0 : 1;
