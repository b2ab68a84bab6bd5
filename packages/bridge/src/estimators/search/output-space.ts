import { GradbridgeError, type Tensor, tensor } from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";
import { type Generator, generator } from "@gradbridge/random";
import type { Deltas } from "../../applying/deltas.ts";
import { defineEstimator, type Estimator, type Minibatch } from "../estimator.ts";

/**
 * How good `outputs` [n] are in a situation `context` [observationSize]; more is better, any finite number, no
 * derivative. The `evaluate` of a `blackBox` is one. The context is the observation as the policy sees it: train without
 * `normalizeObservation`, or expect normalised numbers. Both arrays are the caller's to change.
 */
export type Objective = (outputs: Float32Array, context: Float32Array) => number;

/** Options that every search in output space takes. */
export interface OutputSpaceOptions {
  /** What is searched. */
  readonly evaluate: Objective;
  /** The policy output that is judged, [N, n]. Default `mean`. */
  readonly output?: string;
}

/** One row of a search: where it stands, and what is known there. */
export interface SearchPoint {
  /** The row's outputs, [n]. */
  readonly outputs: Float32Array;
  /** R(outputs + step · direction). */
  at(direction: ArrayLike<number>, step: number): number;
  /** A generator of this search alone: it depends on nothing but the seed, the progress of training and the batch. */
  readonly generator: Generator;
}

/**
 * An estimator that asks an objective about outputs near the current ones, row by row on the host, and needs no
 * rewards: `gradient` gives δ of one row.
 *
 * Random directions must differ from update to update and still be a function of the arguments alone. So they come
 * from a generator seeded with the seed, the progress of training and the bits of the outputs and contexts.
 * @throws code `option` without a function `evaluate`; in `delta`, `non-finite` for an answer that is no finite number and
 *   `estimator` for an output that does not exist, naming estimator, output and row.
 */
export function outputSpaceEstimator(
  name: string,
  { evaluate, output = "mean" }: OutputSpaceOptions,
  seed: number,
  gradient: (point: SearchPoint) => ArrayLike<number>,
): Estimator<Record<never, Float32Array>> {
  if (typeof evaluate !== "function") {
    throw new GradbridgeError("option", `${name}: evaluate must be a function (outputs, context) => number.`);
  }
  return defineEstimator({
    name,
    requires: ["observation"],
    prepare: () => ({}),
    scalars: (progress) => ({ progress }),
    delta(batch, outputs): Deltas {
      const searched = outputOf(name, output, outputs);
      const [rows, size] = searched.shape as [number, number];
      const values = Float32Array.from(searched.dataSync());
      const contexts = Float32Array.from(batch.observation.dataSync());
      const contextSize = contexts.length / rows;
      const random = generator([seed, ...fingerprint(batch, values, contexts)]);
      const delta = new Float64Array(values.length);
      for (let row = 0; row < rows; row++) {
        const point = values.slice(row * size, (row + 1) * size);
        const context = contexts.subarray(row * contextSize, (row + 1) * contextSize);
        const at: SearchPoint["at"] = (direction, step) => {
          const reward: unknown = evaluate(
            point.map((value, i) => value + step * direction[i]!),
            context.slice(),
          );
          if (typeof reward === "number" && Number.isFinite(reward)) return reward;
          throw new GradbridgeError(
            "non-finite",
            `${name}: evaluate must give a finite number, got ${String(reward)} near output "${output}" in row ${row}, ` +
              `[${point.join(", ")}].`,
          );
        };
        delta.set(gradient({ outputs: point, at, generator: random }), row * size);
      }
      const { device, dtype, shape } = searched;
      return { [output]: tensor(delta, { shape, device, dtype }) };
    },
  });
}

function outputOf(estimator: string, name: string, outputs: PolicyOutputs): Tensor {
  const output = outputs[name];
  if (output?.shape.length === 2) return output;
  throw new GradbridgeError(
    "estimator",
    `${estimator}: the policy has no output "${name}" [N, n]. Outputs: ${Object.keys(outputs).join(", ")}.`,
  );
}

/** FNV-1a over the bits of the arguments: two 32-bit words. */
function fingerprint(batch: Minibatch, ...arrays: readonly Float32Array[]): [number, number] {
  const progress = Float32Array.of(batch.scalars.progress?.item() ?? 0);
  let even = 0x811c9dc5;
  let odd = 0x01000193;
  for (const array of [progress, ...arrays]) {
    for (const word of new Uint32Array(array.buffer, array.byteOffset, array.length)) {
      even = Math.imul(even ^ word, 0x01000193);
      odd = Math.imul(odd ^ (word >>> 16) ^ even, 0x01000193);
    }
  }
  return [even >>> 0, odd >>> 0];
}
