import type { Tensor, TypedArray } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { ExplorationNoise } from "./state-dependent-gaussian.ts";

/** One tensor per parameter of a distribution, by the name of the policy output that holds it. */
export type ByOutput = { readonly [output: string]: Tensor };

/**
 * A batch of B distributions over actions, made from a policy's outputs.
 *
 * `score` and `entropyScore` are closed forms, equal to what autograd would give for `logProb` and `entropy`; they do
 * not need a graph. Multiplied by an advantage, the score is the policy gradient's δ.
 */
export interface Distribution {
  /**
   * The tensors that `draw` reads. A compiled function that returns them beside the outputs leaves nothing to compute for
   * drawing: its distribution draws from the values of the latest replay.
   */
  readonly drawnFrom: readonly Tensor[];
  /** One action per row, as numbers on the host: those of row 0, then those of row 1, … */
  draw(generator: Generator): TypedArray;
  /** As `draw`, as a tensor: [B], or [B, …] where an action is several numbers. */
  sample(generator: Generator): Tensor;
  /** The most likely action of each row. */
  mode(): Tensor;
  /** log π(action), [B]. */
  logProb(action: Tensor): Tensor;
  /** −E log π, [B]. */
  entropy(): Tensor;
  /** ∂ log π(action) / ∂ parameter, for every parameter, in its shape. */
  score(action: Tensor): ByOutput;
  /** ∂ entropy / ∂ parameter, for every parameter, in its shape. */
  entropyScore(): ByOutput;
  /**
   * KL(this ‖ other), [B].
   * @throws code `distribution` for one of another kind or size.
   */
  kl(other: this): Tensor;
}

/** What a distribution depends on beside a policy's outputs. */
export interface DistributionOptions {
  /**
   * Which choices each row has: int32 [B, m], 0 where one is forbidden, else 1. `Categorical` has m = n choices,
   * `MultiCategorical` those of all its places side by side. Default: all are allowed. A row, or a place of it, that
   * forbids everything describes no distribution: `sample` and `act` refuse it.
   */
  readonly mask?: Tensor;
  /** The noise that `sample` explores with, where it lasts several steps: see `StateDependentGaussian`. */
  readonly noise?: ExplorationNoise;
}
