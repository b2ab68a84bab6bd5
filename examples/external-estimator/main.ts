import { fileURLToPath } from "node:url";
import { externalEstimator, train } from "@gradbridge/bridge";
import { blackBox } from "@gradbridge/envs";

/** Water a bed and open its shade: how much is best depends, in a curve, on sun and wind. The yield is all one gets told. */
const garden = blackBox({
  name: "Garden-v0",
  outputs: 2,
  context: { size: 2, sample: (generator) => generator.fillUniform(new Float32Array(2), -1, 1) },
  evaluate([water, shade], [sun, wind]) {
    const thirst = 1.5 * sun! + 0.5 * wind! ** 2;
    const glare = Math.sin(2 * sun!) - wind!;
    return -((water! - thirst) ** 2) - (water! - thirst) * (shade! - glare) - (shade! - glare) ** 2;
  },
});

const estimator = externalEstimator({
  command: process.env.PYTHON ?? "python3",
  args: [fileURLToPath(new URL("trust_region.py", import.meta.url))],
  fields: ["observation", "outputs", "reward", "action"],
  timeoutMilliseconds: 10_000,
});

const { evaluation } = await train({
  env: () => garden.entryPoint(),
  estimator,
  // δ is a step to the best near point, so every epoch pulls toward the same target ỹ + δ
  apply: "surrogate",
  anchor: "behavior",
  numEnvs: 16,
  rolloutSteps: 16,
  minibatchSize: 64,
  epochs: 5,
  learningRate: 3e-3,
  initialLogStd: -1.5,
  learningRateSchedule: "linear",
  steps: 12_000,
});
await estimator.close();
console.log(`mean yield ${evaluation!.mean.toFixed(3)}, at best 0`);
