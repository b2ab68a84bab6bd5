import {
  add,
  argmax,
  cast,
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
  where,
} from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { checkMask, nothingAllowed } from "./action-mask.ts";
import { checkComparable } from "./check-comparable.ts";
import type { ByOutput, Distribution, DistributionOptions } from "./distribution.ts";

/** Stands for the logit −∞ of a forbidden action: exp of it is 0 in float32 and float64, and 0 times it is 0. */
const forbidden = -1e30;

/**
 * One of n actions per row, with probabilities p = softmax(logits). Actions are int32 [B] in 0 … n − 1.
 *
 * A forbidden action has probability exactly 0: it is never drawn and never the mode, and no score moves its logit.
 * Its log-probability, −∞, is −1e30 here, so that differences and products stay numbers; a `kl` of about 1e30 times a
 * probability likewise stands for +∞: `other` forbids what this distribution may do.
 */
export class Categorical implements Distribution {
  /** [B, n], as given. */
  readonly logits: Tensor;
  readonly #mask: Tensor | null;
  readonly #allowed: Tensor;
  #logProbabilities: Tensor | null = null;
  #probabilities: Tensor | null = null;

  /** @throws code `shape` unless logits are [B, n], `mask` for a mask that is not int32 [B, n]. */
  constructor(outputs: { readonly logits: Tensor }, options: DistributionOptions = {}) {
    const { logits } = outputs;
    if (logits.shape.length !== 2) {
      throw new GradbridgeError(
        "shape",
        `Categorical: logits must be [B, n], got [${logits.shape.join(", ")}].`,
      );
    }
    this.logits = logits;
    this.#mask = options.mask ?? null;
    if (this.#mask !== null) checkMask("Categorical", this.#mask, logits);
    this.#allowed = this.#mask === null ? logits : where(this.#mask, logits, forbidden);
  }

  /** log p, [B, n]. */
  get logProbabilities(): Tensor {
    this.#logProbabilities ??= logSoftmax(this.#allowed);
    return this.#logProbabilities;
  }

  /** p, [B, n]. */
  get probabilities(): Tensor {
    if (this.#probabilities === null) {
      const p = exp(this.logProbabilities);
      this.#probabilities = this.#mask === null ? p : where(this.#mask, p, 0);
    }
    return this.#probabilities;
  }

  /** p. */
  get drawnFrom(): readonly Tensor[] {
    return [this.probabilities];
  }

  /**
   * Inverts the cumulative distribution at one uniform number per row.
   * @throws code `mask` for a row whose actions are all forbidden.
   */
  draw(generator: Generator): Int32Array {
    const [rows, n] = this.logits.shape as [number, number];
    const p = this.probabilities.dataSync();
    const actions = new Int32Array(rows);
    for (let row = 0; row < rows; row++) {
      let total = 0;
      for (let i = 0; i < n; i++) total += p[row * n + i]!;
      if (total === 0) throw nothingAllowed(row);
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
    return actions;
  }

  sample(generator: Generator): Tensor {
    return tensor(this.draw(generator), { device: this.logits.device });
  }

  mode(): Tensor {
    return argmax(this.#allowed, -1);
  }

  logProb(action: Tensor): Tensor {
    const column = reshape(this.#checked(action), [-1, 1]);
    return reshape(gather(this.logProbabilities, 1, column), [-1]);
  }

  entropy(): Tensor {
    return neg(sum(this.#pLogP(), 1));
  }

  /** e_a − p; 0 for forbidden actions. */
  score(action: Tensor): { readonly logits: Tensor } & ByOutput {
    const n = this.logits.shape[1]!;
    const score = sub(oneHot(this.#checked(action), n, this.logits.dtype), this.probabilities);
    return { logits: this.#mask === null ? score : mul(score, cast(this.#mask, score.dtype)) };
  }

  /** −p (log p + H). */
  entropyScore(): { readonly logits: Tensor } & ByOutput {
    const entropy = reshape(this.entropy(), [-1, 1]);
    return { logits: neg(add(this.#pLogP(), mul(this.probabilities, entropy))) };
  }

  kl(other: this): Tensor {
    checkComparable(this, other, ({ logits }) => logits);
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
