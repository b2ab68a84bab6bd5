import { GradbridgeError, type Tensor, tensor } from "@gradbridge/core";
import type { PolicyOutputs } from "@gradbridge/policy";

/**
 * δ: for each named output the direction in which it should move to earn more (ascent on return), in the output's
 * shape. A loss gradient is its negative.
 */
export type Deltas = { readonly [output: string]: Tensor | Float32Array };

/** An output and its δ, checked and on one device. */
export interface DeltaPair {
  readonly name: string;
  readonly output: Tensor;
  readonly delta: Tensor;
}

/**
 * Pairs each δ with its output.
 * @throws code `delta` for an unknown output, a wrong shape, dtype or device, or no δ at all.
 */
export function pairDeltas(outputs: PolicyOutputs, deltas: Deltas): DeltaPair[] {
  const names = Object.keys(deltas);
  if (names.length === 0) {
    throw new GradbridgeError(
      "delta",
      `applyDelta: no δ was given. Outputs: ${Object.keys(outputs).join(", ")}.`,
    );
  }
  return names.map((name) => {
    const output = outputs[name];
    if (output === undefined) {
      throw new GradbridgeError(
        "delta",
        `applyDelta: there is a δ for "${name}", but no such output. Outputs: ${Object.keys(outputs).join(", ")}.`,
      );
    }
    const given = deltas[name]!;
    const delta = ArrayBuffer.isView(given) ? fromArray(name, given, output) : given;
    if (
      delta.shape.join() !== output.shape.join() ||
      delta.dtype !== output.dtype ||
      delta.device !== output.device
    ) {
      throw new GradbridgeError(
        "delta",
        `applyDelta: δ for "${name}" is ${delta.dtype} [${delta.shape.join(", ")}] on ${delta.device}, its output is ` +
          `${output.dtype} [${output.shape.join(", ")}] on ${output.device}. They must be the same; δ does not broadcast.`,
      );
    }
    return { name, output, delta };
  });
}

function fromArray(name: string, values: Float32Array, output: Tensor): Tensor {
  if (values.length !== output.size) {
    throw new GradbridgeError(
      "delta",
      `applyDelta: δ for "${name}" has ${values.length} numbers, its output [${output.shape.join(", ")}] has ${output.size}.`,
    );
  }
  return tensor(values, { shape: output.shape, device: output.device, dtype: output.dtype });
}
