import { findNonFinite, isTensor, type Tensor, tensor } from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";
import { DeltaError } from "./delta-error.ts";

/**
 * δ: for each named output the direction in which it should move to earn more (ascent on return), in the output's
 * shape. A loss gradient is its negative.
 */
export type Deltas = { readonly [output: string]: Tensor | Float32Array };

/** An output and its δ, checked, on one device, a constant. */
export interface DeltaPair {
  readonly name: string;
  readonly output: Tensor;
  readonly delta: Tensor;
}

/**
 * Pairs each δ with its output.
 * @param estimator who gave them, for errors
 * @throws code `delta` for an unknown output, a wrong shape, dtype or device, an output that nothing trainable was used
 *   for, or no δ at all.
 */
export function pairDeltas(outputs: PolicyOutputs, deltas: Deltas, estimator?: string): DeltaPair[] {
  const at = estimator === undefined ? {} : { estimator };
  if (typeof deltas !== "object" || deltas === null) {
    throw new DeltaError("delta", `δ must be an object { output: tensor }, got ${String(deltas)}.`, at);
  }
  const names = Object.keys(deltas);
  const known = Object.keys(outputs).join(", ");
  if (names.length === 0) throw new DeltaError("delta", `no δ was given. Outputs: ${known}.`, at);
  return names.map((name) => {
    const place = { ...at, output: name };
    const output = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    if (output === undefined) {
      throw new DeltaError(
        "delta",
        `there is a δ for "${name}", but no such output. Outputs: ${known}.`,
        place,
      );
    }
    const given: unknown = deltas[name];
    const delta = given instanceof Float32Array ? fromArray(given, output, place) : given;
    if (!isTensor(delta)) {
      throw new DeltaError(
        "delta",
        `δ for "${name}" must be a tensor or Float32Array, got ${kindOf(delta)}.`,
        place,
      );
    }
    if (
      delta.shape.join() !== output.shape.join() ||
      delta.dtype !== output.dtype ||
      delta.device !== output.device
    ) {
      throw new DeltaError(
        "delta",
        `δ for "${name}" is ${delta.dtype} [${delta.shape.join(", ")}] on ${delta.device}, its output is ` +
          `${output.dtype} [${output.shape.join(", ")}] on ${output.device}. They must be the same; δ does not broadcast.`,
        place,
      );
    }
    if (output.size === 0) throw new DeltaError("delta", `the output "${name}" has no rows.`, place);
    if (!output.requiresGrad) {
      throw new DeltaError(
        "delta",
        `the output "${name}" was not computed from anything that requires a gradient, so no δ can move it.`,
        place,
      );
    }
    return { name, output, delta: delta.detach() };
  });
}

function fromArray(values: Float32Array, output: Tensor, place: { readonly output: string }): Tensor {
  if (values.length !== output.size) {
    throw new DeltaError(
      "delta",
      `δ for "${place.output}" has ${values.length} numbers, its output [${output.shape.join(", ")}] has ${output.size}.`,
      place,
    );
  }
  return tensor(values, { shape: output.shape, device: output.device, dtype: output.dtype });
}

function kindOf(value: unknown): string {
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}

/**
 * Refuses NaN and infinity. A compiled function looks at its recorded run alone.
 * @throws code `non-finite` naming output and row.
 */
export function requireFinite(pairs: readonly DeltaPair[], estimator?: string): void {
  for (const { name, delta } of pairs) {
    const found = findNonFinite(delta);
    if (found === null) continue;
    const width = delta.size / (delta.shape[0] ?? 1);
    const row = Math.floor(found.index / width);
    throw new DeltaError(
      "non-finite",
      `δ for "${name}" is ${found.value} in row ${row}, element ${found.index % width}.`,
      { ...(estimator === undefined ? {} : { estimator }), output: name, row },
    );
  }
}
