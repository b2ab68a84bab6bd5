import { generator } from "@gradbridge/random";

/** The weights, inputs and cotangents that every system starts from, float32. */
export interface NetworkNumbers {
  /** Units of each layer, inputs first. */
  readonly sizes: readonly number[];
  readonly batch: number;
  /** One per layer: weight [outputs, inputs] row-major, bias [outputs]. */
  readonly layers: readonly { readonly weight: Float32Array; readonly bias: Float32Array }[];
  /** [batch, inputs] */
  readonly x: Float32Array;
  /** The loss gradient at the outputs, [batch, outputs]. */
  readonly seed: Float32Array;
}

/**
 * The numbers of a multilayer perceptron, drawn from `generator(0)` in the order weights, x, seed. The Python peers
 * draw the same ones from `numpy.random.default_rng(0)`, see peers/shared_numbers.py.
 */
export function networkNumbers(sizes: readonly number[], batch: number): NetworkNumbers {
  const random = generator(0);
  const normal = (length: number, scale: number): Float32Array => {
    const values = new Float64Array(length);
    random.fillNormal(values);
    return Float32Array.from(values, (value) => value * scale);
  };
  const layers = sizes.slice(1).map((outputs, i) => ({
    weight: normal(outputs * sizes[i]!, 1 / Math.sqrt(sizes[i]!)),
    bias: new Float32Array(outputs),
  }));
  const x = normal(batch * sizes[0]!, 1);
  return { sizes, batch, layers, x, seed: normal(batch * sizes[sizes.length - 1]!, 1 / batch) };
}

/** A minibatch of PPO with actor 4-64-64-2 and critic 4-64-64-1. */
export interface PpoNumbers {
  readonly size: number;
  readonly actor: NetworkNumbers;
  readonly critic: NetworkNumbers;
  /** Int32, 0 or 1. */
  readonly action: Int32Array;
  /** log π(action) as it was when acting. */
  readonly logProb: Float32Array;
  readonly advantage: Float32Array;
  readonly returns: Float32Array;
}

/** The numbers of {@link PpoNumbers}; observations are the actor's x. peers/shared_numbers.py draws the same ones. */
export function ppoNumbers(size: number): PpoNumbers {
  const random = generator(1);
  const normal = (): Float32Array => {
    const values = new Float64Array(size);
    random.fillNormal(values);
    return Float32Array.from(values);
  };
  const [advantage, returns, noise] = [normal(), normal(), normal()] as const;
  return {
    size,
    actor: networkNumbers([4, 64, 64, 2], size),
    critic: networkNumbers([4, 64, 64, 1], size),
    action: Int32Array.from(advantage, (_, i) => i % 2),
    logProb: noise.map((value) => Math.log(0.5) + 0.1 * value),
    advantage,
    returns,
  };
}

/** Settings that every optimizer step of the bench uses. */
export const adamSettings = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Arrays one after the other. */
export function concatenated(parts: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
