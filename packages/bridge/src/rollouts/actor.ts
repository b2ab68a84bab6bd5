import { noGrad, type Tensor, tensor, tidy } from "@gradbridge/core";
import {
  type Distribution,
  type ExplorationNoise,
  type Policy,
  type PolicyOutputs,
  SquashedGaussian,
} from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import type { NumericArray, Space } from "gymnasium-js";
import { checkActions, checkObservationSize } from "./check-policy.ts";
import { inferenceOf } from "./inference.ts";
import type { Played } from "./recorder.ts";
import type { RolloutColumn } from "./rollout.ts";
import { type ActionDecoder, actionDecoder, actionValues } from "./spaces.ts";

/** Actions of several environments, as the policy's distribution has them. */
export interface Acted {
  readonly values: Int32Array | Float32Array;
  /** Whether an action is one number rather than a list. */
  readonly scalar: boolean;
  /** The policy's outputs for the same rows. */
  readonly outputs: PolicyOutputs;
}

/** A policy at work in environments: arrays in, arrays out, all environments in one call. */
export class Actor {
  readonly #policy: Policy;
  readonly #forward: (observation: Tensor) => PolicyOutputs;
  readonly #observationSize: number;
  readonly #actionSpace: Space;
  readonly #device: string | undefined;
  #decoder: ActionDecoder | null = null;
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
    const { forward, device } = inferenceOf(policy);
    this.#forward = forward;
    this.#device = device;
    this.#observationSize = observationSize;
    this.#actionSpace = actionSpace;
  }

  /**
   * One action per row. Noise that lasts several steps goes on in the next call with as many rows; in the first call of an
   * actor it is drawn anew.
   * @param observation [rows, observationSize]
   * @param options `mask`: [rows, choices]; `deterministic`: the most likely action
   * @param use is called once; the outputs live only as long as it runs
   */
  act(
    observation: Float32Array,
    generator: Generator,
    options: { readonly mask?: Int8Array | null; readonly deterministic?: boolean },
    use: (acted: Acted) => void,
  ): void {
    const { mask = null, deterministic = false } = options;
    tidy(() =>
      noGrad(() => {
        const rows = this.#rows(observation);
        const noise = deterministic ? undefined : this.#nextNoise(rows, generator);
        const outputs = this.#outputs(observation);
        const distribution = this.#distribution(outputs, mask, rows, noise);
        const action = deterministic ? distribution.mode() : distribution.sample(generator);
        if (this.#decoder === null) {
          checkActions(this.#policy, action, this.#actionSpace);
          // a squashed policy's actions are stretched over the bounds
          this.#decoder = actionDecoder(this.#actionSpace, {
            squash: distribution instanceof SquashedGaussian,
          });
        }
        use({ values: actionValues(action), scalar: action.shape.length === 1, outputs });
      }),
    );
  }

  /** Actions as environments take them. */
  decode(values: Acted["values"]): NumericArray {
    return this.#decoder!.decode(values);
  }

  /** v of observations, [rows]; zeros for a policy without a value. */
  values(observation: Float32Array): Float32Array {
    return tidy(() => {
      const { value } = this.#outputs(observation);
      return value === undefined
        ? new Float32Array(this.#rows(observation))
        : (value.dataSync() as Float32Array);
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

  #nextNoise(rows: number, generator: Generator): ExplorationNoise | undefined {
    const previous = rows === this.#noiseRows ? this.#noise : undefined;
    this.#noise = this.#policy.nextNoise?.(rows, generator, previous);
    this.#noiseRows = rows;
    return this.#noise;
  }

  #rows(observation: Float32Array): number {
    return observation.length / this.#observationSize;
  }

  #outputs(observation: Float32Array): PolicyOutputs {
    return this.#forward(this.#upload(observation, [this.#rows(observation), this.#observationSize]));
  }

  #distribution(
    outputs: PolicyOutputs,
    mask: Int8Array | null,
    rows: number,
    noise?: ExplorationNoise,
  ): Distribution {
    return this.#policy.distribution(outputs, {
      ...(mask !== null && { mask: this.#upload(Int32Array.from(mask), [rows, mask.length / rows]) }),
      ...(noise !== undefined && { noise }),
    });
  }

  #uploadColumn({ values, size, scalar }: RolloutColumn, rows: number): Tensor {
    return this.#upload(values, scalar ? [rows] : [rows, size]);
  }

  #upload(values: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    return tensor(values, this.#device === undefined ? { shape } : { shape, device: this.#device });
  }
}
