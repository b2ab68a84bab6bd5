import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import "./tfjs-gradients.generated.ts";
import { adamSettings, concatenated, type NetworkNumbers, networkNumbers } from "../numbers.ts";
import { inProcess, type StartSubject } from "../subject.ts";
import { chainNumbers } from "./gradbridge.ts";

/** Where TensorFlow.js computes. */
export type TfjsBackend = "cpu" | "wasm";

// The binary lies beside the package's code; by default it would be looked for next to the page.
setWasmPaths(dirname(createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm")) + sep);
// Otherwise every result is scanned for NaN.
tf.enableProdMode();

/**
 * Forward, backward from a given cotangent, Adam. `tf.grads` takes the cotangent itself, which was measured to be no
 * slower than `optimizer.minimize` of Σ seed · y. (Its fused matMul with bias was no faster either.)
 */
export function seededStep(backend: TfjsBackend, sizes: readonly number[], batch: number): StartSubject {
  return async () => {
    await choose(backend);
    const numbers = networkNumbers(sizes, batch);
    const variables = perceptron(numbers);
    const { learningRate, beta1, beta2, epsilon } = adamSettings;
    const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
    const x = tf.tensor2d(numbers.x, [batch, sizes[0]!]);
    const seed = tf.tensor2d(numbers.seed, [batch, sizes[sizes.length - 1]!]);
    const gradients = tf.grads(() => forward(variables, x));
    return inProcess({
      enter: () => enter(backend),
      iterate: () =>
        tf.tidy(() => {
          const found = gradients(variables, seed);
          optimizer.applyGradients(
            found.map((gradient, i) => ({ name: variables[i]!.name, tensor: gradient })),
          );
        }),
      finish: () => variables[0]!.dataSync()[0]!,
      answer: () => concatenated(variables.map((variable, i) => rowMajor(variable, i))),
      stop: () => tf.dispose([...variables, x, seed]),
    });
  };
}

/** One observation in a typed array to the outputs in one. */
export function forwardOne(backend: TfjsBackend, sizes: readonly number[]): StartSubject {
  return async () => {
    await choose(backend);
    const numbers = networkNumbers(sizes, 1);
    const variables = perceptron(numbers);
    let outputs: ArrayLike<number> = [];
    return inProcess({
      enter: () => enter(backend),
      iterate() {
        const y = tf.tidy(() => forward(variables, tf.tensor2d(numbers.x, [1, sizes[0]!])));
        outputs = y.dataSync();
        y.dispose();
      },
      finish: () => outputs[0]!,
      answer: () => outputs,
      stop: () => tf.dispose(variables),
    });
  };
}

/** `count` elementwise operations on `size` numbers, one after the other, then the gradient through all of them. */
export function operationChain(backend: TfjsBackend, count: number, size: number): StartSubject {
  return async () => {
    await choose(backend);
    const [xs, ws] = chainNumbers(size);
    const start = tf.tensor1d(xs);
    const weight = tf.tensor1d(ws);
    const gradients = tf.grads((x: tf.Tensor, w: tf.Tensor) => {
      let y: tf.Tensor = x;
      for (let i = 0; i < count; i += 4) y = tf.sub(tf.tanh(tf.add(tf.mul(y, w), x)), w);
      return tf.sum(y);
    });
    let found: tf.Tensor[] = [];
    return inProcess({
      enter: () => enter(backend),
      iterate() {
        tf.dispose(found);
        found = gradients([start, weight]);
      },
      finish: () => found[0]!.dataSync()[0]!,
      answer: () => concatenated(found.map((gradient) => gradient.dataSync())),
      stop: () => tf.dispose([...found, start, weight]),
    });
  };
}

async function choose(backend: TfjsBackend): Promise<void> {
  if (!(await tf.setBackend(backend))) throw new Error(`tfjs has no backend ${backend} here`);
}

/** Both backends are ready by now, so that the change takes effect at once. */
function enter(backend: TfjsBackend): void {
  void tf.setBackend(backend);
}

/** Weights [inputs, outputs], as TensorFlow keeps them, and biases, alternating. */
function perceptron({ sizes, layers }: NetworkNumbers): tf.Variable[] {
  return tf.tidy(() =>
    layers.flatMap(({ weight, bias }, i) => [
      tf.variable(tf.transpose(tf.tensor2d(weight, [sizes[i + 1]!, sizes[i]!]))),
      tf.variable(tf.tensor1d(bias)),
    ]),
  );
}

function forward(variables: readonly tf.Variable[], x: tf.Tensor): tf.Tensor {
  let h = x;
  for (let i = 0; i < variables.length; i += 2) {
    h = tf.add(tf.matMul(h as tf.Tensor2D, variables[i] as tf.Tensor as tf.Tensor2D), variables[i + 1]!);
    if (i + 2 < variables.length) h = tf.tanh(h);
  }
  return h;
}

/** A parameter's values in the order of the other systems: weights [outputs, inputs]. */
function rowMajor(variable: tf.Variable, index: number): ArrayLike<number> {
  return index % 2 === 1 ? variable.dataSync() : tf.tidy(() => tf.transpose(variable).dataSync());
}
