import {
  add,
  arange,
  div,
  exp,
  mul,
  reshape,
  softplus,
  square,
  sub,
  sum,
  type Tensor,
  type TypedArray,
  tanh,
} from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import { checkComparable } from "./check-comparable.ts";
import { DiagonalGaussian } from "./diagonal-gaussian.ts";
import type { ByOutput, Distribution } from "./distribution.ts";

/** Nodes of the trapezoidal rule over ε = −8 … 8, which holds all but 1e-15 of a standard normal variable. */
const nodes = { first: -8, step: 0.25, count: 65 };

/**
 * Actions tanh(u) in (−1, 1) with u normal: mean μ and log σ of u, both [B, d] (Haarnoja et al. 2018, appendix C).
 *
 * Every method takes and gives u, the action before tanh: in float32 tanh(u) = 1 from u ≈ 9 on, and no u could be
 * recovered from it. {@link SquashedGaussian.squash} gives tanh(u). Densities are those of tanh(u); the change of
 * variables does not depend on μ and σ, so the score is the Gaussian's, and so is the KL divergence.
 */
export class SquashedGaussian implements Distribution {
  readonly mean: Tensor;
  readonly logStd: Tensor;
  readonly #gaussian: DiagonalGaussian;

  /** @throws code `shape` unless both are [B, d]. */
  constructor(outputs: { readonly mean: Tensor; readonly logStd: Tensor }) {
    this.#gaussian = new DiagonalGaussian(outputs);
    this.mean = outputs.mean;
    this.logStd = outputs.logStd;
  }

  /** tanh(u): what the environment is given, up to the scale of its bounds. */
  squash(action: Tensor): Tensor {
    return tanh(action);
  }

  get drawnFrom(): readonly Tensor[] {
    return this.#gaussian.drawnFrom;
  }

  /** u. */
  draw(generator: Generator): TypedArray {
    return this.#gaussian.draw(generator);
  }

  /** u. */
  sample(generator: Generator): Tensor {
    return this.#gaussian.sample(generator);
  }

  /** μ, whose tanh is the median. (The density of tanh(u) may peak elsewhere: for large σ at both ends.) */
  mode(): Tensor {
    return this.#gaussian.mode();
  }

  /** log N(u) − Σ log(1 − tanh²u), the density of tanh(u). */
  logProb(action: Tensor): Tensor {
    return sub(this.#gaussian.logProb(action), sum(logSlope(action), 1));
  }

  /**
   * The Gaussian's entropy + E Σ log(1 − tanh²u). The expectation has no closed form: it is taken by the trapezoidal
   * rule at 65 values of (u − μ)/σ. No random numbers are drawn. The error per dimension, measured against a rule 256
   * times as fine for |μ| ≤ 3, is below 1e-14 for σ ≤ 1, 2e-9 at σ = 2, 3e-5 at σ = 4 and 8e-3 at σ = 10.
   */
  entropy(): Tensor {
    const slope = mul(logSlope(this.#atNodes()), this.#weights());
    return add(this.#gaussian.entropy(), sum(slope, [1, 2]));
  }

  /** With w = (u − μ)/σ: w/σ for the mean, w² − 1 for log σ. */
  score(action: Tensor): { readonly mean: Tensor; readonly logStd: Tensor } & ByOutput {
    return this.#gaussian.score(action);
  }

  /** −2 E tanh u for the mean, 1 − 2 E[(u − μ) tanh u] for log σ: the derivatives of {@link entropy}'s estimate. */
  entropyScore(): { readonly mean: Tensor; readonly logStd: Tensor } & ByOutput {
    const slope = mul(mul(tanh(this.#atNodes()), this.#weights()), -2);
    const shift = mul(reshape(exp(this.logStd), [...this.logStd.shape, 1]), this.#epsilon());
    return { mean: sum(slope, 2), logStd: add(sum(mul(slope, shift), 2), 1) };
  }

  kl(other: this): Tensor {
    checkComparable(this, other, ({ mean }) => mean);
    return this.#gaussian.kl(other.#gaussian);
  }

  /** ε, [count]. */
  #epsilon(): Tensor {
    const { dtype, device } = this.mean;
    const index = arange(0, nodes.count, 1, { dtype, device });
    return add(mul(index, nodes.step), nodes.first);
  }

  /** Proportional to exp(−ε²/2), adding up to 1, [count]. */
  #weights(): Tensor {
    const density = exp(mul(square(this.#epsilon()), -0.5));
    return div(density, sum(density));
  }

  /** μ + σ ε, [B, d, count]. */
  #atNodes(): Tensor {
    const column = (x: Tensor): Tensor => reshape(x, [...x.shape, 1]);
    return add(column(this.mean), mul(column(exp(this.logStd)), this.#epsilon()));
  }
}

/** log(1 − tanh²u) = 2 (log 2 − u − softplus(−2u)), with no digits lost where tanh u is near ±1. */
function logSlope(u: Tensor): Tensor {
  return mul(add(add(u, softplus(mul(u, -2))), -Math.LN2), -2);
}
