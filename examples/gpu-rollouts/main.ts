import { parseArgs } from "node:util";
import { devices, setDevice } from "@gradbridge/core";
import { defaults, type Options, trainOnDevice } from "./train-on-device.ts";

const { values } = parseArgs({
  options: {
    device: { type: "string", default: "webgpu" },
    env: { type: "string", default: defaults.env },
    "num-envs": { type: "string" },
    steps: { type: "string" },
    updates: { type: "string" },
    epochs: { type: "string" },
    "minibatch-size": { type: "string" },
    seed: { type: "string" },
  },
});
const number = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Number(text);
const options: Options = {
  ...defaults,
  env: values.env,
  numEnvs: number(values["num-envs"], defaults.numEnvs),
  steps: number(values.steps, defaults.steps),
  updates: number(values.updates, defaults.updates),
  epochs: number(values.epochs, defaults.epochs),
  minibatchSize: number(values["minibatch-size"], defaults.minibatchSize),
  seed: number(values.seed, defaults.seed),
};

await setDevice(values.device);
const [device] = await devices([values.device]);
console.log(`${options.env}, ${options.numEnvs} environments on ${device?.details ?? values.device}`);
await trainOnDevice(options, ({ update, steps, seconds, rewardMean, lengthMean, gradNorm }) => {
  console.log(
    `${update}: ${steps} steps, ${Math.round(steps / seconds)} steps/s, reward ${rewardMean.toFixed(3)} a step, ` +
      `${lengthMean.toFixed(1)} steps an episode, gradient ${gradNorm.toFixed(3)}`,
  );
});
