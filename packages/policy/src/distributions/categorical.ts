import {
  add,
  argmax,
  exp,
  GradbridgeError,
  gather,
  logSoftmax,
  mul,
  neg,
  oneHot,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { ByOutput, Distribution } from "./distribution.ts";

/** One of n actions per row, with probabilities p = softmax(logits). Actions are int32 [B] in 0 … n − 1. */
export class Categorical implements Distribution {
  /** [B, n]. */
  readonly logits: Tensor;
  #logProbabilities: Tensor | null = null;
  #probabilities: Tensor | null = null;

  constructor(outputs: { readonly logits: Tensor }) {
    const { logits } = outputs;
    if (logits.shape.length !== 2) {
      throw new GradbridgeError(
        "shape",
        `Categorical: logits must be [B, n], got [${logits.shape.join(", ")}].`,
      );
    }
    this.logits = logits;
  }

  /** log p, [B, n]. */
  get logProbabilities(): Tensor {
    this.#logProbabilities ??= logSoftmax(this.logits);
    return this.#logProbabilities;
  }

  /** p, [B, n]. */
  get probabilities(): Tensor {
    this.#probabilities ??= exp(this.logProbabilities);
    return this.#probabilities;
  }

  /** Inverts the cumulative distribution at one uniform number per row. */
  sample(generator: Generator): Tensor {
    const [rows, n] = this.logits.shape as [number, number];
    const p = this.probabilities.dataSync();
    const actions = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      let total = 0;
      for (let i = 0; i < n; i++) total += p[row * n + i]!;
      const threshold = generator.random() * total;
      let cumulative = 0;
      let action = 0;
      let last = 0;
      for (; action < n; action++) {
        const probability = p[row * n + action]!;
        if (probability > 0) last = action;
        cumulative += probability;
        if (cumulative > threshold) break;
      }
      actions[row] = action < n ? action : last; // rounding may leave the sum just short of the threshold
    }
    return tensor(actions, { device: this.logits.device });
  }

  mode(): Tensor {
    return argmax(this.logits, -1);
  }

  logProb(action: Tensor): Tensor {
    const column = reshape(this.#checked(action), [-1, 1]);
    return reshape(gather(this.logProbabilities, 1, column), [-1]);
  }

  entropy(): Tensor {
    return neg(sum(this.#pLogP(), 1));
  }

  /** e_a − p. */
  score(action: Tensor): { readonly logits: Tensor } & ByOutput {
    const n = this.logits.shape[1]!;
    return { logits: sub(oneHot(this.#checked(action), n, this.logits.dtype), this.probabilities) };
  }

  /** −p (log p + H). */
  entropyScore(): { readonly logits: Tensor } & ByOutput {
    const entropy = reshape(this.entropy(), [-1, 1]);
    return { logits: neg(add(this.#pLogP(), mul(this.probabilities, entropy))) };
  }

  kl(other: this): Tensor {
    return sum(mul(this.probabilities, sub(this.logProbabilities, other.logProbabilities)), 1);
  }

  /** p log p. A logit can be so low that p underflows, but log p stays finite, so the product is 0, not NaN. */
  #pLogP(): Tensor {
    return mul(this.probabilities, this.logProbabilities);
  }

  #checked(action: Tensor): Tensor {
    const rows = this.logits.shape[0]!;
    if (action.dtype !== "int32" || action.shape.length !== 1 || action.shape[0] !== rows) {
      throw new GradbridgeError(
        "action",
        `Categorical: actions must be int32 [${rows}], got ${action.dtype} [${action.shape.join(", ")}].`,
      );
    }
    return action;
  }
}
