import { blockUntilReady, grad, init, jit, numpy as np, tree } from "@jax-js/jax";
import { adamSettings, concatenated, type NetworkNumbers, networkNumbers } from "../numbers.ts";
import type { StartSubject, Subject } from "../subject.ts";

type Layer = { weight: np.Array; bias: np.Array };

/**
 * Forward, backward from a given cotangent, Adam: one jitted function, as in JAX. Every array is owned: a call takes
 * its arguments away, `.ref` keeps one for later.
 */
export function seededStep(sizes: readonly number[], batch: number): StartSubject {
  return async () => {
    await init("wasm");
    const numbers = networkNumbers(sizes, batch);
    let layers = perceptron(numbers);
    let m = tree.map((parameter: np.Array) => np.zeros(parameter.shape), tree.ref(layers)) as Layer[];
    let v = tree.map((parameter: np.Array) => np.zeros(parameter.shape), tree.ref(layers)) as Layer[];
    let count = np.array(0);
    const x = np.array(numbers.x).reshape([batch, sizes[0]!]);
    const seed = np.array(numbers.seed).reshape([batch, sizes[sizes.length - 1]!]);
    const step = jit(adamStep);
    return {
      ...asynchronous(async () => {
        [layers, m, v, count] = step(layers, m, v, count, x.ref, seed.ref);
        await blockUntilReady(layers);
      }),
      answer: async () => {
        const values: ArrayLike<number>[] = [];
        for (const { weight, bias } of layers) values.push(await weight.ref.data(), await bias.ref.data());
        return concatenated(values);
      },
      stop: () => {
        tree.dispose([layers, m, v, count, x, seed]);
        step.dispose();
      },
    };
  };
}

/** One observation in a typed array to the outputs in one. */
export function forwardOne(sizes: readonly number[]): StartSubject {
  return async () => {
    await init("wasm");
    const numbers = networkNumbers(sizes, 1);
    const layers = perceptron(numbers);
    const apply = jit(forward);
    let outputs: ArrayLike<number> = [];
    return {
      ...asynchronous(async () => {
        const x = np.array(numbers.x).reshape([1, sizes[0]!]);
        outputs = await apply(tree.ref(layers), x).data();
      }),
      answer: () => outputs,
      stop: () => {
        tree.dispose(layers);
        apply.dispose();
      },
    };
  };
}

/** Waits for every step: a loop that only waits at its end was measured to take ten times as long per step. */
function asynchronous(iterate: () => Promise<void>): Subject {
  return {
    async sample(iterations) {
      const began = performance.now();
      for (let i = 0; i < iterations; i++) await iterate();
      return (performance.now() - began) / 1000;
    },
  };
}

function perceptron({ sizes, layers }: NetworkNumbers): Layer[] {
  return layers.map(({ weight, bias }, i) => ({
    weight: np.array(weight).reshape([sizes[i + 1]!, sizes[i]!]),
    bias: np.array(bias),
  }));
}

function forward(layers: Layer[], x: np.Array): np.Array {
  return layers.reduce((h, { weight, bias }, i) => {
    const sum = np.matmul(h, weight.transpose()).add(bias);
    return i + 1 < layers.length ? np.tanh(sum) : sum;
  }, x);
}

function inner(layers: Layer[], x: np.Array, seed: np.Array): np.Array {
  return np.sum(forward(layers, x).mul(seed));
}

function adamStep(
  layers: Layer[],
  m: Layer[],
  v: Layer[],
  count: np.Array,
  x: np.Array,
  seed: np.Array,
): [Layer[], Layer[], Layer[], np.Array] {
  const { learningRate, beta1, beta2, epsilon } = adamSettings;
  const gradient = grad(inner)(tree.ref(layers), x, seed);
  const next = count.add(1);
  const correction1 = np.subtract(1, np.power(beta1, next.ref));
  const correction2 = np.subtract(1, np.power(beta2, next.ref));
  const first = tree.map(
    (mean: np.Array, g: np.Array) => mean.mul(beta1).add(g.mul(1 - beta1)),
    m,
    tree.ref(gradient),
  ) as Layer[];
  const second = tree.map(
    (mean: np.Array, g: np.Array) => mean.mul(beta2).add(np.square(g).mul(1 - beta2)),
    v,
    gradient,
  ) as Layer[];
  const moved = tree.map(
    (parameter: np.Array, mean: np.Array, square: np.Array) =>
      parameter.sub(
        mean
          .div(correction1.ref)
          .mul(learningRate)
          .div(np.sqrt(square.div(correction2.ref)).add(epsilon)),
      ),
    layers,
    tree.ref(first),
    tree.ref(second),
  ) as Layer[];
  correction1.dispose();
  correction2.dispose();
  return [moved, first, second, next];
}
