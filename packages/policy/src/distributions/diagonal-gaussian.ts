import {
  add,
  exp,
  GradbridgeError,
  mul,
  neg,
  onesLike,
  square,
  sub,
  sum,
  type Tensor,
  type TypedArray,
  tensor,
} from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { checkComparable } from "./check-comparable.ts";
import type { ByOutput, Distribution } from "./distribution.ts";

const halfLogTwoPi = Math.log(2 * Math.PI) / 2;

/**
 * Independent normal actions: mean μ [B, d] and standard deviation σ = exp(logStd), logStd [B, d]. Actions are
 * [B, d], unclipped.
 */
export class DiagonalGaussian implements Distribution {
  readonly mean: Tensor;
  readonly logStd: Tensor;

  constructor(outputs: { readonly mean: Tensor; readonly logStd: Tensor }) {
    const { mean, logStd } = outputs;
    if (mean.shape.length !== 2 || logStd.shape.join() !== mean.shape.join()) {
      throw new GradbridgeError(
        "shape",
        `DiagonalGaussian: mean and logStd must both be [B, d], got [${mean.shape.join(", ")}] and [${logStd.shape.join(", ")}].`,
      );
    }
    this.mean = mean;
    this.logStd = logStd;
  }

  get drawnFrom(): readonly Tensor[] {
    return [this.mean, this.logStd];
  }

  draw(generator: Generator): TypedArray {
    const values = this.mean.dataSync();
    const logStd = this.logStd.dataSync();
    for (let i = 0; i < values.length; i++) values[i]! += Math.exp(logStd[i]!) * generator.normal();
    return values;
  }

  sample(generator: Generator): Tensor {
    return tensor(this.draw(generator), { shape: this.mean.shape, device: this.mean.device });
  }

  mode(): Tensor {
    return this.mean.detach();
  }

  logProb(action: Tensor): Tensor {
    // Σ −u²/2 − log σ − log √(2π)
    return sum(sub(mul(square(this.#standardized(action)), -0.5), add(this.logStd, halfLogTwoPi)), 1);
  }

  entropy(): Tensor {
    return sum(add(this.logStd, halfLogTwoPi + 0.5), 1);
  }

  /** With u = (a − μ)/σ: u/σ for the mean, u² − 1 for log σ. */
  score(action: Tensor): { readonly mean: Tensor; readonly logStd: Tensor } & ByOutput {
    const u = this.#standardized(action);
    return { mean: mul(u, this.#precision()), logStd: sub(square(u), 1) };
  }

  /** 0 for the mean, 1 for log σ. */
  entropyScore(): { readonly mean: Tensor; readonly logStd: Tensor } & ByOutput {
    const one = onesLike(this.logStd);
    return { mean: mul(one, 0), logStd: one };
  }

  kl(other: this): Tensor {
    checkComparable(this, other, ({ mean }) => mean);
    // log σ₂/σ₁ + (σ₁² + (μ₁ − μ₂)²)/(2σ₂²) − ½
    const spread = exp(mul(sub(this.logStd, other.logStd), 2));
    const shift = square(mul(sub(this.mean, other.mean), other.#precision()));
    const terms = add(sub(other.logStd, this.logStd), mul(add(spread, sub(shift, 1)), 0.5));
    return sum(terms, 1);
  }

  /** 1/σ. */
  #precision(): Tensor {
    return exp(neg(this.logStd));
  }

  /** u = (a − μ)/σ. */
  #standardized(action: Tensor): Tensor {
    if (action.shape.join() !== this.mean.shape.join()) {
      throw new GradbridgeError(
        "action",
        `DiagonalGaussian: actions must be [${this.mean.shape.join(", ")}], got [${action.shape.join(", ")}].`,
      );
    }
    return mul(sub(action, this.mean), this.#precision());
  }
}
