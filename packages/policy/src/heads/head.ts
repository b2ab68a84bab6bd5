import { GradbridgeError, type Tensor } from "@gradbridge/core";
import type { Generator } from "@gradbridge/random";
import type { Distribution, DistributionOptions } from "../distributions/distribution.ts";
import type { ExplorationNoise } from "../distributions/state-dependent-gaussian.ts";
import type { Parameterized } from "../modules/module.ts";
import type { OnnxGraph, OnnxValue } from "../onnx/onnx-graph.ts";
import type { OnnxOutputs, PolicyOutputs } from "../policy.ts";

/** How a network's last layer becomes a distribution over actions. */
export interface Head {
  readonly name: string;
  /** Width of the network's last layer. */
  readonly size: number;
  /** How many choices each place of an action has, where a mask may forbid some; empty where none can be given. */
  readonly choices: readonly number[];
  /**
   * Parameters beside the network's own. Called once per policy.
   * @param features width of the last hidden layer
   */
  create(features: number): HeadInstance;
}

/** A head that belongs to one policy. */
export interface HeadInstance {
  readonly parameters: Parameterized;
  /** The last layer [B, size], made of the last hidden one [B, features] → named outputs. */
  outputs(last: Tensor, features: Tensor): PolicyOutputs;
  distribution(outputs: PolicyOutputs, options?: DistributionOptions): Distribution;
  /** Adds what `outputs` computes, where the head can be written as ONNX. */
  toOnnx?(graph: OnnxGraph, last: OnnxValue, features: OnnxValue): OnnxOutputs;
  /** Where noise lasts several steps: that of the next step, from that of the step before. */
  nextNoise?(rows: number, generator: Generator, previous?: ExplorationNoise): ExplorationNoise;
}

/**
 * Refuses a size that is no positive integer.
 * @throws code `size`.
 */
export function checkSize(head: string, what: string, size: number): void {
  if (!Number.isInteger(size) || size < 1) {
    throw new GradbridgeError("size", `${head}: ${what} must be a positive integer, got ${size}.`);
  }
}

/**
 * Refuses a mask where actions are not chosen from a list.
 * @throws code `mask`.
 */
export function refuseMask(head: string, options: DistributionOptions | undefined): void {
  if (options?.mask === undefined) return;
  throw new GradbridgeError("mask", `${head}: its actions take no mask; categorical ones do.`);
}
