import { noGrad, type Tensor, tensor, tidy } from "@gradbridge/core";
import { type Distribution, type ExplorationNoise, type Policy, SquashedGaussian } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { NumericArray, Space } from "gymnasium-js";
import { checkActions, checkObservationSize } from "./check-policy.ts";
import { type Inference, inferenceOf } from "./inference.ts";
import type { Played } from "./recorder.ts";
import type { RolloutColumn } from "./rollout.ts";
import { type ActionDecoder, actionDecoder } from "./spaces.ts";

/** What a policy did in several environments, on the host. */
export interface Acted {
  /** As the policy's distribution has actions. */
  readonly action: RolloutColumn;
  /** The policy's outputs for the same rows, but perhaps `value`. */
  readonly outputs: { readonly [output: string]: RolloutColumn };
}

/** A policy at work in environments: arrays in, arrays out, all environments in one call. */
export class Actor {
  readonly #policy: Policy;
  readonly #inference: Inference;
  readonly #observationSize: number;
  readonly #actionSpace: Space;
  /** What the latest observations were written to. */
  #input: Tensor | null = null;
  #decoder: ActionDecoder | null = null;
  /** Whether an action is one number rather than a list. */
  #scalarAction = false;
  /** What exploration goes on with, where noise lasts several steps. */
  #noise: ExplorationNoise | undefined;
  #noiseRows = 0;

  /**
   * @param actionSpace of one environment
   * @throws code `policy` for a policy of observations of another size.
   */
  constructor(policy: Policy, observationSize: number, actionSpace: Space) {
    checkObservationSize(policy, observationSize);
    this.#policy = policy;
    this.#inference = inferenceOf(policy);
    this.#observationSize = observationSize;
    this.#actionSpace = actionSpace;
  }

  /**
   * One action per row. Noise that lasts several steps goes on in the next call with as many rows; in the first call of an
   * actor it is drawn anew.
   * @param observation [rows, observationSize]
   * @param options `mask`: [rows, choices]; `deterministic`: the most likely action
   */
  act(
    observation: Float32Array,
    generator: Generator,
    options: { readonly mask?: Int8Array | null; readonly deterministic?: boolean },
  ): Acted {
    const { mask = null, deterministic = false } = options;
    const input = this.#inputOf(observation);
    let acted: Acted | undefined;
    tidy(() => {
      const rows = input.shape[0]!;
      const noise = deterministic ? undefined : this.#nextNoise(rows, generator);
      const inferred = this.#inference.act(input);
      const plain = mask === null && noise === undefined && !deterministic;
      const distribution = plain
        ? inferred.distribution
        : this.#distribution(inferred.outputs, mask, rows, noise);
      const values =
        this.#decoder === null || deterministic
          ? this.#checkedAction(distribution, deterministic ? null : generator)
          : distribution.draw(generator);
      const outputs: Record<string, RolloutColumn> = {};
      for (const name in inferred.outputs) outputs[name] = columnOf(inferred.outputs[name]!);
      const action = { values, size: values.length / rows, scalar: this.#scalarAction };
      acted = { action: action as RolloutColumn, outputs };
    });
    return acted!;
  }

  /** Actions as environments take them. */
  decode({ values }: RolloutColumn): NumericArray {
    return this.#decoder!.decode(values);
  }

  /** v of observations, [rows]; null for a policy without a value. */
  values(observation: Float32Array): Float32Array | null {
    if (!this.#policy.hasValue) return null;
    const rows = observation.length / this.#observationSize;
    return tidy(() => {
      const input = this.#upload(observation, [rows, this.#observationSize]);
      return this.#inference.value(input).dataSync() as Float32Array;
    });
  }

  /** log π of everything that was done in a rollout, at the outputs that acted; one call for all steps. */
  logProbs({ outputs, action, mask, rows }: Played): Float32Array {
    return tidy(() =>
      noGrad(() => {
        const acted = Object.entries(outputs).map(([name, column]) => [
          name,
          this.#uploadColumn(column, rows),
        ]);
        const distribution = this.#distribution(Object.fromEntries(acted), mask, rows);
        return distribution.logProb(this.#uploadColumn(action, rows)).dataSync() as Float32Array;
      }),
    );
  }

  /** The first action, whose kind says what all are like, or the most likely one. */
  #checkedAction(distribution: Distribution, generator: Generator | null): ReturnType<Tensor["dataSync"]> {
    const action = noGrad(() => (generator === null ? distribution.mode() : distribution.sample(generator)));
    if (this.#decoder === null) {
      checkActions(this.#policy, action, this.#actionSpace);
      this.#scalarAction = action.shape.length === 1;
      // a squashed policy's actions are stretched over the bounds
      this.#decoder = actionDecoder(this.#actionSpace, { squash: distribution instanceof SquashedGaussian });
    }
    return action.dataSync();
  }

  #nextNoise(rows: number, generator: Generator): ExplorationNoise | undefined {
    const previous = rows === this.#noiseRows ? this.#noise : undefined;
    this.#noise = this.#policy.nextNoise?.(rows, generator, previous);
    this.#noiseRows = rows;
    return this.#noise;
  }

  #inputOf(observation: Float32Array): Tensor {
    if (this.#input?.size === observation.length) return this.#input.assign(observation);
    this.#input = this.#upload(observation, [
      observation.length / this.#observationSize,
      this.#observationSize,
    ]);
    return this.#input;
  }

  #distribution(
    outputs: { readonly [output: string]: Tensor },
    mask: Int8Array | null,
    rows: number,
    noise?: ExplorationNoise,
  ): Distribution {
    return noGrad(() =>
      this.#policy.distribution(outputs, {
        ...(mask !== null && { mask: this.#upload(Int32Array.from(mask), [rows, mask.length / rows]) }),
        ...(noise !== undefined && { noise }),
      }),
    );
  }

  #uploadColumn({ values, size, scalar }: RolloutColumn, rows: number): Tensor {
    return this.#upload(values, scalar ? [rows] : [rows, size]);
  }

  #upload(values: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    const { device } = this.#inference;
    return tensor(values, device === undefined ? { shape } : { shape, device });
  }
}

function columnOf(output: Tensor): RolloutColumn {
  const { shape } = output;
  const values = output.dataSync() as RolloutColumn["values"];
  return { values, size: values.length / shape[0]!, scalar: shape.length === 1 };
}
