import type { Frame } from "@gradbridge/envs";
import { DeltaError } from "../applying/delta-error.ts";
import type { ExternalRollout } from "./rollout-arrays.ts";

/**
 * Takes δ out of a program's answer, as float32.
 * @throws DeltaError `delta` for an unknown output, a wrong shape or kind of number, or no δ at all; `non-finite` naming
 *   output, row, step and environment.
 */
export function readDeltas(
  estimator: string,
  { arrays }: Frame,
  { outputs, steps, numEnvs }: ExternalRollout,
): Record<string, Float32Array> {
  const rows = steps * numEnvs;
  const known = Object.keys(outputs).join(", ");
  const deltas: Record<string, Float32Array> = {};
  for (const [name, { values, shape }] of Object.entries(arrays)) {
    const place = { estimator, output: name };
    const column = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
    if (column === undefined)
      throw new DeltaError("delta", `it gave a δ for "${name}", but the outputs are ${known}.`, place);
    const expected = column.scalar ? [rows] : [rows, column.size];
    if (shape.join() !== expected.join()) {
      throw new DeltaError(
        "delta",
        `its δ for "${name}" is [${shape.join(", ")}], the output is [${expected.join(", ")}].`,
        place,
      );
    }
    if (!(values instanceof Float32Array || values instanceof Float64Array)) {
      const kind = values.constructor.name;
      throw new DeltaError(
        "delta",
        `its δ for "${name}" is a ${kind}; it must be float32 or float64.`,
        place,
      );
    }
    const delta = values instanceof Float32Array ? values : Float32Array.from(values);
    const at = delta.findIndex((value) => !Number.isFinite(value));
    if (at >= 0) {
      const row = Math.floor(at / column.size);
      throw new DeltaError(
        "non-finite",
        `its δ for "${name}" is ${values[at]} in row ${row} (step ${Math.floor(row / numEnvs)} of environment ` +
          `${row % numEnvs}), element ${at % column.size}.`,
        { ...place, row },
      );
    }
    deltas[name] = delta;
  }
  if (Object.keys(deltas).length === 0)
    throw new DeltaError("delta", `it answered without any δ. The outputs are ${known}.`, { estimator });
  return deltas;
}
