import { adam, compile, devices, setDevice, type Tensor, tensor } from "@gradbridge/core";
import * as tf from "@tensorflow/tfjs-core";
import { adamSettings, concatenated, type NetworkNumbers, networkNumbers } from "../numbers.ts";
import { inProcess, type StartSubject } from "../subject.ts";
import { perceptron } from "./gradbridge.ts";

/** What runs the device, in words, and the name of its backend in TensorFlow.js, whose engine all copies of it share. */
interface Runtime {
  readonly details: string;
  readonly backend: string;
}

let runtime: Promise<Runtime> | undefined;

async function start(): Promise<Runtime> {
  runtime ??= load();
  const { backend, details } = await runtime;
  await setDevice("tensorflow");
  return { backend, details };
}

async function load(): Promise<Runtime> {
  const details = (await devices()).find(({ name }) => name === "tensorflow")?.details ?? "";
  return { details, backend: tf.getBackend() };
}

/** Forward, backward from a given cotangent, Adam, compiled, on the device `tensorflow`. */
export function seededStep(sizes: readonly number[], batch: number): StartSubject {
  return async () => {
    const { backend, details } = await start();
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
    const subject = inProcess({
      enter: () => void tf.setBackend(backend),
      iterate: () => step(x, seed),
      finish: () => parameters[0]!.dataSync()[0]!,
      answer: () => concatenated(parameters.map((parameter) => parameter.dataSync())),
    });
    return { ...subject, remark: () => details };
  };
}

/** The same kernels called through TensorFlow.js's operations, without its gradients: what the device adds is the difference. */
export function sameStepDirectly(sizes: readonly number[], batch: number): StartSubject {
  return async () => {
    const { backend } = await start();
    const numbers = networkNumbers(sizes, batch);
    const { weights, biases } = variables(numbers);
    const x = tf.tensor2d(numbers.x, [batch, sizes[0]!]);
    const seed = tf.tensor2d(numbers.seed, [batch, sizes[sizes.length - 1]!]);
    const all = [...weights, ...biases];
    let count = 0;
    const step = (): void => {
      count++;
      const activations: tf.Tensor2D[] = [x];
      for (const [i, weight] of weights.entries()) {
        const product = tf.add(tf.matMul(activations[i]!, weight.value, false, true), biases[i]!.value);
        activations.push((i + 1 < weights.length ? tf.tanh(product) : product) as tf.Tensor2D);
      }
      let cotangent: tf.Tensor2D = seed;
      for (let i = weights.length - 1; i >= 0; i--) {
        if (i + 1 < weights.length) {
          const slope = tf.sub(1, tf.square(activations[i + 1]!));
          cotangent = tf.mul(cotangent, slope);
        }
        const gradient = tf.matMul(cotangent, activations[i]!, true, false);
        const biasGradient = tf.sum(cotangent, 0);
        if (i > 0) cotangent = tf.matMul(cotangent, weights[i]!.value as tf.Tensor2D);
        adamStep(weights[i]!, gradient, count);
        adamStep(biases[i]!, biasGradient, count);
      }
    };
    return inProcess({
      enter: () => void tf.setBackend(backend),
      iterate: () => tf.tidy(step),
      finish: () => weights[0]!.value.dataSync()[0]!,
      answer: () =>
        concatenated(weights.flatMap((weight, i) => [weight.value.dataSync(), biases[i]!.value.dataSync()])),
      stop: () => tf.dispose([x, seed, ...all.flatMap(({ value, m, v }) => [value, m, v])]),
    });
  };
}

/** A parameter and its moments; each step replaces them. */
interface Trained {
  value: tf.Tensor;
  m: tf.Tensor;
  v: tf.Tensor;
}

function variables({ sizes, layers }: NetworkNumbers): { weights: Trained[]; biases: Trained[] } {
  const trained = (value: tf.Tensor): Trained => ({ value, m: tf.zerosLike(value), v: tf.zerosLike(value) });
  return {
    weights: layers.map(({ weight }, i) => trained(tf.tensor2d(weight, [sizes[i + 1]!, sizes[i]!]))),
    biases: layers.map(({ bias }) => trained(tf.tensor1d(bias))),
  };
}

function adamStep(trained: Trained, gradient: tf.Tensor, count: number): void {
  const { learningRate, beta1, beta2, epsilon } = adamSettings;
  const root = Math.sqrt(1 - beta2 ** count);
  const m = tf.add(trained.m, tf.mul(tf.sub(gradient, trained.m), 1 - beta1));
  const v = tf.add(tf.mul(trained.v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const direction = tf.div(m, tf.add(tf.sqrt(v), epsilon * root));
  const value = tf.sub(trained.value, tf.mul(direction, (learningRate * root) / (1 - beta1 ** count)));
  for (const name of ["value", "m", "v"] as const) trained[name].dispose();
  trained.value = tf.keep(value);
  trained.m = tf.keep(m);
  trained.v = tf.keep(v);
}
