import { mul, sub, sum, type Tensor, tensor } from "@gradbridge/core";
import { generator } from "@gradbridge/random";

/** Contexts and the expected reward of every action in each of them: nothing is sampled, every gradient is exact. */
export interface Bandit {
  /** x, [B, 4], standard normal. */
  readonly context: Tensor;
  /** q(x, a) = tanh(wₐ·x), [B, n]. */
  readonly reward: Tensor;
  /** Mean reward of the best action, the highest that a policy can reach. */
  readonly best: number;
}

/** A contextual bandit of B contexts and n actions. */
export function contextualBandit(rows: number, actions: number, seed: number): Bandit {
  const random = generator(seed);
  const size = 4;
  const x = random.fillNormal(new Float64Array(rows * size));
  const w = random.fillNormal(new Float64Array(actions * size));
  const q = new Float64Array(rows * actions);
  let best = 0;
  for (let row = 0; row < rows; row++) {
    let most = -1;
    for (let action = 0; action < actions; action++) {
      let product = 0;
      for (let i = 0; i < size; i++) product += w[action * size + i]! * x[row * size + i]!;
      const value = Math.tanh(product);
      q[row * actions + action] = value;
      most = Math.max(most, value);
    }
    best += most / rows;
  }
  return {
    context: tensor(Float32Array.from(x), { shape: [rows, size] }),
    reward: tensor(Float32Array.from(q), { shape: [rows, actions] }),
    best,
  };
}

/** The exact policy gradient with respect to the logits, δ = π (q − v̄) with v̄ = Σ π q; [B, n]. */
export function exactLogitsDelta(logits: Tensor, { reward }: Bandit): Tensor {
  const probabilities = logits.softmax();
  return mul(probabilities, sub(reward, sum(mul(probabilities, reward), 1, { keepDims: true })));
}
