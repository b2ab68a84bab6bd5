import type { Tensor } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { Distribution } from "./distributions/distribution.ts";
import type { Parameterized } from "./modules/module.ts";

/** A policy's outputs by name, each with B rows: the tensors that δ is given for. */
export type PolicyOutputs = { readonly [output: string]: Tensor };

/** What a policy does in B situations. */
export interface PolicyStep {
  /** Drawn from the distribution, or its mode. */
  readonly action: Tensor;
  /** log π(action), [B]. */
  readonly logProb: Tensor;
  readonly outputs: PolicyOutputs;
}

/** A differentiable map from observations to the parameters of a distribution over actions, and values. */
export interface Policy extends Parameterized {
  /** Number of elements of one observation. */
  readonly observationSize: number;
  /** Whether there is an output named `value`: v(s), [B]. */
  readonly hasValue: boolean;
  /** [B, observationSize] → the outputs. */
  forward(observation: Tensor): PolicyOutputs;
  /** The distribution that the outputs are the parameters of. */
  distribution(outputs: PolicyOutputs): Distribution;
  /**
   * Chooses one action per row, without recording gradients.
   * @param observation [B, observationSize], or a typed array of that many numbers.
   */
  act(
    observation: Tensor | Float32Array,
    generator: Generator,
    options?: { readonly deterministic?: boolean },
  ): PolicyStep;
}
