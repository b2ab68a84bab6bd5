import type { Tensor } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { ActionMask } from "./distributions/action-mask.ts";
import type { Distribution, DistributionOptions } from "./distributions/distribution.ts";
import type { ExplorationNoise } from "./distributions/state-dependent-gaussian.ts";
import type { Parameterized } from "./modules/module.ts";
import type { OnnxGraph, OnnxSize, OnnxValue } from "./onnx/onnx-graph.ts";

/**
 * A policy's outputs by name, each with B rows: the tensors that δ is given for. (`features` of a
 * `stateDependentGaussianHead` is for drawing actions only.)
 */
export type PolicyOutputs = { readonly [output: string]: Tensor };

/** Outputs of a policy as values of an ONNX graph, with their shapes. */
export type OnnxOutputs = {
  readonly [output: string]: { readonly value: OnnxValue; readonly shape: readonly OnnxSize[] };
};

/** What a policy does in B situations. */
export interface PolicyStep {
  /** Drawn from the distribution, or its mode. */
  readonly action: Tensor;
  /** log π(action), [B]. */
  readonly logProb: Tensor;
  readonly outputs: PolicyOutputs;
  /** Where exploration lasts several steps: hand it to the next step of the same environments. */
  readonly noise?: ExplorationNoise;
}

/** Options of {@link Policy.act}. */
export interface ActOptions {
  /** Take the mode instead of drawing. Default false. */
  readonly deterministic?: boolean;
  /**
   * Which actions each row may take: B rows of 0 and 1, `Policy.choices` laid out side by side. An array is checked; a
   * tensor is int32 [B, Σ choices] and is checked where a row is drawn from. Keep it with the action: learning needs
   * the same mask, `distribution(outputs, { mask })`.
   */
  readonly mask?: ActionMask;
  /**
   * `noise` of the step before, in the same environments: exploration goes on with it as long as the head says. Default:
   * new noise. Policies without lasting noise ignore it.
   */
  readonly noise?: ExplorationNoise;
}

/** A differentiable map from observations to the parameters of a distribution over actions, and values. */
export interface Policy extends Parameterized {
  /** Number of elements of one observation. */
  readonly observationSize: number;
  /** Whether there is an output named `value`: v(s), [B]. */
  readonly hasValue: boolean;
  /** How many choices each place of an action has, where a mask may forbid some; empty where `act` takes no mask. */
  readonly choices: readonly number[];
  /** [B, observationSize] → the outputs. */
  forward(observation: Tensor): PolicyOutputs;
  /**
   * The distribution that the outputs are the parameters of; `value` need not be among them.
   * @throws code `mask` for a mask that does not fit, or where {@link Policy.choices} is empty.
   */
  distribution(outputs: PolicyOutputs, options?: DistributionOptions): Distribution;
  /**
   * Chooses one action per row, without recording gradients.
   * @param observation [B, observationSize], or a typed array of that many numbers.
   * @throws code `observation`, `mask` or `exploration` for a batch, mask or noise of the wrong size, `mask` where a row
   *   allows nothing.
   */
  act(observation: Tensor | Float32Array, generator: Generator, options?: ActOptions): PolicyStep;
  /** Adds what `forward` computes, where the policy can be written as ONNX: what `exportOnnx` writes. */
  toOnnx?(graph: OnnxGraph, observation: OnnxValue): OnnxOutputs;
  /**
   * Where exploration lasts several steps: the noise of the next step, for `distribution(outputs, { noise })`, from that
   * of the step before. `act` calls it; so must who draws from `distribution` in a loop of their own.
   * @throws code `exploration` for noise of another size.
   */
  nextNoise?(rows: number, generator: Generator, previous?: ExplorationNoise): ExplorationNoise;
}
