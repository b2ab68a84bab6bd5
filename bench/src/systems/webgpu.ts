import { applyDelta, ppo } from "@gradbridge/bridge";
import {
  adam,
  clipGradNorm,
  compile,
  devices,
  indexSelect,
  noGrad,
  setDevice,
  type Tensor,
  tensor,
  tidy,
} from "@gradbridge/core";
import { cartPole, deviceEnvironments, deviceTargets } from "@gradbridge/gpu-envs";
import { actorCritic, categoricalHead } from "@gradbridge/policy";
import { generator } from "@gradbridge/random";
import { adamSettings, concatenated, networkNumbers } from "../numbers.ts";
import type { Scale, StartSubject } from "../subject.ts";
import { perceptron } from "./gradbridge.ts";

/** What a network and a batch shrink to where the code is only to be seen running. */
const smokeSizes: readonly number[] = [4, 8, 8, 2];
const smokeBatch = 8;

let found: Promise<{ readonly details: string; readonly reason: string | null }> | undefined;

/**
 * Why the device cannot be measured here, or null. A processor that plays a GPU is good enough to see that the code runs, and
 * no more.
 */
export async function whyNoGpu(scale: Scale): Promise<string | null> {
  const { details, reason } = await gpu();
  if (reason !== null) return `no GPU here: ${reason.split(". ", 1)[0]}`; // what to install is in the README
  return scale === "full" && details.includes("software adapter") ? `no GPU here: ${details}` : null;
}

function gpu(): NonNullable<typeof found> {
  found ??= devices(["webgpu"]).then(([device]) => ({
    details: device?.details ?? "",
    reason: device?.available === true ? null : (device?.reason ?? "no device webgpu"),
  }));
  return found;
}

/** Forward, backward from a given cotangent, Adam, compiled, on the GPU; a sample ends when a parameter was read. */
export function seededStep(fullSizes: readonly number[], fullBatch: number): StartSubject {
  return async (scale) => {
    const [sizes, batch] = scale === "smoke" ? [smokeSizes, smokeBatch] : [fullSizes, fullBatch];
    await setDevice("webgpu");
    const numbers = networkNumbers(sizes, batch);
    const network = perceptron(numbers);
    const parameters = network.parameters();
    const { learningRate, beta1, beta2, epsilon } = adamSettings;
    const optimizer = adam(parameters, { learningRate, betas: [beta1, beta2], epsilon });
    const x = tensor(numbers.x, { shape: [batch, sizes[0]!] });
    const seed = tensor(numbers.seed, { shape: [batch, sizes[sizes.length - 1]!] });
    const step = compile((input: Tensor, cotangent: Tensor) => {
      optimizer.zeroGrad();
      network.forward(input).backward(cotangent);
      optimizer.step();
    });
    return {
      async sample(iterations) {
        const began = performance.now();
        for (let i = 0; i < iterations; i++) step(x, seed);
        const [first] = await parameters[parameters.length - 1]!.data();
        const seconds = (performance.now() - began) / 1000;
        if (!Number.isFinite(first)) throw new Error(`The result is ${first}.`);
        return seconds;
      },
      answer: async () =>
        concatenated(await Promise.all(parameters.map(async (parameter) => await parameter.data()))),
      remark: async () => (await gpu()).details,
    };
  };
}

/** The work of {@link devicePpo}. */
export interface DevicePpoWork {
  readonly numEnvs: number;
  readonly steps: number;
  readonly updates: number;
  readonly epochs: number;
  readonly minibatchSize: number;
}

/** PPO on CartPole-v1 with environments, actions and updates on the GPU: rollouts are one submission, minibatches too. */
export function devicePpo(full: DevicePpoWork): StartSubject {
  return (scale) => {
    const work: DevicePpoWork =
      scale === "smoke" ? { numEnvs: 8, steps: 4, updates: 2, epochs: 1, minibatchSize: 16 } : full;
    let seed = 0;
    let length = 0;
    return {
      async sample() {
        await setDevice("webgpu");
        seed++;
        const began = performance.now();
        length = await trained(work, seed);
        return (performance.now() - began) / 1000;
      },
      remark: async () => `${length.toFixed(0)} steps an episode at the end; ${(await gpu()).details}`,
    };
  };
}

/** Trains a policy; gives the steps of the last rollout for each episode that ended in it. */
async function trained(work: DevicePpoWork, seed: number): Promise<number> {
  const { numEnvs, steps, updates, epochs, minibatchSize } = work;
  const [initial, shuffle] = generator(seed).spawn(2);
  const policy = actorCritic({
    observationSize: cartPole.observationSize,
    head: categoricalHead(cartPole.choices!),
    hidden: [64, 64],
    generator: initial!,
  });
  const environments = deviceEnvironments(cartPole, { numEnvs, steps, seed });
  const value = (observation: Tensor): Tensor => noGrad(() => policy.forward(observation).value!);
  const gather = compile(() => {
    const { observation, action, logProb, ...rollout } = environments.collect(policy.forward);
    const values = { value: value(observation), nextValue: value(rollout.next) };
    const targets = deviceTargets(rollout, values, { numEnvs, gamma: 0.98, lambda: 0.9 });
    const endings = rollout.ended.greater(0).cast("float32").sum();
    const { advantage, returns } = targets;
    return { columns: { observation, action, logProb, advantage, returns, value: values.value }, endings };
  });
  const estimator = ppo();
  const clip = tensor(0.2);
  const optimizer = adam(policy.parameters(), { learningRate: 3e-3, epsilon: 1e-5 });
  const learn = compile((index: Tensor, ...columns: Tensor[]) => {
    const [observation, action, logProb, advantage, returns, before] = columns.map((column) =>
      indexSelect(column, 0, index),
    ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const outputs = policy.forward(observation);
    const batch = {
      size: index.size,
      observation,
      action,
      logProb,
      behavior: {},
      distribution: policy.distribution(outputs),
      targets: { advantage, return: returns, value: before },
      scalars: { clip },
    };
    const deltas = noGrad(() => estimator.delta(batch, outputs));
    optimizer.zeroGrad();
    applyDelta(outputs, deltas, { mode: "seed" });
    clipGradNorm(policy.parameters(), 0.5);
    optimizer.step();
  });
  const rows = numEnvs * steps;
  let ended = 0;
  for (let update = 0; update < updates; update++) {
    const { columns, endings } = gather();
    const { observation, action, logProb, advantage, returns, value: before } = columns;
    tidy(() => {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = Int32Array.from(shuffle!.permutation(rows) as ArrayLike<number>);
        for (let start = 0; start < rows; start += minibatchSize) {
          const index = tensor(order.slice(start, start + minibatchSize));
          learn(index, observation, action, logProb, advantage, returns, before);
        }
      }
    });
    ended = (await endings.data())[0]!; // as a log would, and it gives memory the time to come back
  }
  const [last] = await policy.parameters()[0]!.data();
  if (!Number.isFinite(last)) throw new Error(`The result is ${last}.`);
  return rows / Math.max(1, ended);
}
