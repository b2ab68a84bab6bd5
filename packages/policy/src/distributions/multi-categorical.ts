import { add, concat, GradbridgeError, reshape, split, stack, type Tensor, tensor } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { checkMask } from "./action-mask.ts";
import { Categorical } from "./categorical.ts";
import { checkComparable } from "./check-comparable.ts";
import type { ByOutput, Distribution, DistributionOptions } from "./distribution.ts";

/**
 * k independent choices per row: place i is one of nᵢ actions with probabilities softmax(logitsᵢ), where the logits
 * [B, n₁ + … + n_k] hold the places side by side, and so does a mask. Actions are int32 [B, k].
 */
export class MultiCategorical implements Distribution {
  /** [B, n₁ + … + n_k]. */
  readonly logits: Tensor;
  /** n₁ … n_k. */
  readonly sizes: readonly number[];
  readonly #places: readonly Categorical[];

  /**
   * @throws code `shape` unless the logits' columns are as many as the choices, `mask` for a mask of another shape or
   *   dtype.
   */
  constructor(
    outputs: { readonly logits: Tensor },
    sizes: readonly number[],
    { mask }: DistributionOptions = {},
  ) {
    const { logits } = outputs;
    const width = sizes.reduce((total, n) => total + n, 0);
    if (logits.shape.length !== 2 || logits.shape[1] !== width || width === 0) {
      throw new GradbridgeError(
        "shape",
        `MultiCategorical: logits for choices of ${sizes.join(" + ")} must be [B, ${width}], got [${logits.shape.join(", ")}].`,
      );
    }
    this.logits = logits;
    this.sizes = sizes;
    if (mask !== undefined) checkMask("MultiCategorical", mask, logits);
    const masks = mask === undefined ? null : split(mask, sizes, 1);
    this.#places = split(logits, sizes, 1).map(
      (part, i) => new Categorical({ logits: part }, masks === null ? {} : { mask: masks[i]! }),
    );
  }

  get drawnFrom(): readonly Tensor[] {
    return this.#places.flatMap(({ drawnFrom }) => drawnFrom);
  }

  /** Draws place after place. */
  draw(generator: Generator): Int32Array {
    const actions = new Int32Array(this.logits.shape[0]! * this.sizes.length);
    this.#places.forEach((place, i) => {
      place.draw(generator).forEach((action, row) => {
        actions[row * this.sizes.length + i] = action;
      });
    });
    return actions;
  }

  sample(generator: Generator): Tensor {
    const shape = [this.logits.shape[0]!, this.sizes.length];
    return tensor(this.draw(generator), { shape, device: this.logits.device });
  }

  mode(): Tensor {
    return stack(
      this.#places.map((place) => place.mode()),
      1,
    );
  }

  logProb(action: Tensor): Tensor {
    const columns = this.#columns(action);
    return total(this.#places.map((place, i) => place.logProb(columns[i]!)));
  }

  entropy(): Tensor {
    return total(this.#places.map((place) => place.entropy()));
  }

  /** e_a − p in every place. */
  score(action: Tensor): { readonly logits: Tensor } & ByOutput {
    const columns = this.#columns(action);
    return {
      logits: concat(
        this.#places.map((place, i) => place.score(columns[i]!).logits),
        1,
      ),
    };
  }

  /** −p (log p + H) in every place, with H of that place. */
  entropyScore(): { readonly logits: Tensor } & ByOutput {
    return {
      logits: concat(
        this.#places.map((place) => place.entropyScore().logits),
        1,
      ),
    };
  }

  kl(other: this): Tensor {
    checkComparable(this, other, ({ logits }) => logits);
    return total(this.#places.map((place, i) => place.kl(other.#places[i]!)));
  }

  #columns(action: Tensor): Tensor[] {
    const [rows, k] = [this.logits.shape[0]!, this.sizes.length];
    if (action.dtype !== "int32" || action.shape.join() !== `${rows},${k}`) {
      throw new GradbridgeError(
        "action",
        `MultiCategorical: actions must be int32 [${rows}, ${k}], got ${action.dtype} [${action.shape.join(", ")}].`,
      );
    }
    return split(action, 1, 1).map((column) => reshape(column, [-1]));
  }
}

function total(parts: readonly Tensor[]): Tensor {
  return parts.reduce((sum, part) => add(sum, part));
}
