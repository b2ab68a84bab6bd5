import {
  add,
  cast,
  GradbridgeError,
  greater,
  mul,
  neg,
  sigmoid,
  softplus,
  sub,
  sum,
  type Tensor,
  tensor,
} from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { checkComparable } from "./check-comparable.ts";
import type { ByOutput, Distribution } from "./distribution.ts";

/**
 * d independent yes-or-no choices per row: each is 1 with probability p = σ(z), z = logits [B, d]. Actions are int32
 * [B, d] of 0 and 1.
 */
export class Bernoulli implements Distribution {
  /** z, the log odds, [B, d]. */
  readonly logits: Tensor;
  #probabilities: Tensor | null = null;

  /** @throws code `shape` unless logits are [B, d]. */
  constructor(outputs: { readonly logits: Tensor }) {
    const { logits } = outputs;
    if (logits.shape.length !== 2) {
      throw new GradbridgeError(
        "shape",
        `Bernoulli: logits must be [B, d], got [${logits.shape.join(", ")}].`,
      );
    }
    this.logits = logits;
  }

  /** p, [B, d]. */
  get probabilities(): Tensor {
    this.#probabilities ??= sigmoid(this.logits);
    return this.#probabilities;
  }

  /** p. */
  get drawnFrom(): readonly Tensor[] {
    return [this.probabilities];
  }

  /** 1 where a uniform number is below p. */
  draw(generator: Generator): Int32Array {
    const p = this.probabilities.dataSync();
    const actions = new Int32Array(p.length);
    for (let i = 0; i < p.length; i++) actions[i] = generator.random() < p[i]! ? 1 : 0;
    return actions;
  }

  sample(generator: Generator): Tensor {
    return tensor(this.draw(generator), { shape: this.logits.shape, device: this.logits.device });
  }

  /** 1 where p > ½. */
  mode(): Tensor {
    return greater(this.logits, 0);
  }

  logProb(action: Tensor): Tensor {
    // log σ(z) for 1, log σ(−z) for 0: −softplus((1 − 2a) z)
    const flipped = sub(1, mul(this.#checked(action), 2));
    return neg(sum(softplus(mul(flipped, this.logits)), 1));
  }

  entropy(): Tensor {
    // p softplus(−z) + (1 − p) softplus(z): no difference of large numbers
    const z = this.logits;
    return sum(add(mul(sigmoid(z), softplus(neg(z))), mul(sigmoid(neg(z)), softplus(z))), 1);
  }

  /** a − p. */
  score(action: Tensor): { readonly logits: Tensor } & ByOutput {
    return { logits: sub(this.#checked(action), this.probabilities) };
  }

  /** −z p (1 − p). */
  entropyScore(): { readonly logits: Tensor } & ByOutput {
    const z = this.logits;
    return { logits: neg(mul(z, mul(sigmoid(z), sigmoid(neg(z))))) };
  }

  kl(other: this): Tensor {
    checkComparable(this, other, ({ logits }) => logits);
    const [z, w] = [this.logits, other.logits];
    const yes = mul(sigmoid(z), sub(softplus(neg(w)), softplus(neg(z))));
    const no = mul(sigmoid(neg(z)), sub(softplus(w), softplus(z)));
    return sum(add(yes, no), 1);
  }

  /** The action in the logits' dtype. */
  #checked(action: Tensor): Tensor {
    const { shape, dtype } = this.logits;
    if (action.dtype !== "int32" || action.shape.join() !== shape.join()) {
      throw new GradbridgeError(
        "action",
        `Bernoulli: actions must be int32 [${shape.join(", ")}], got ${action.dtype} [${action.shape.join(", ")}].`,
      );
    }
    return cast(action, dtype);
  }
}
