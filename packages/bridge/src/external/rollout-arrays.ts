import { GradbridgeError } from "@gradbridge/core";
import type { FrameArray } from "@gradbridge/envs";
import type { Rollout, RolloutColumn, RolloutField } from "../rollouts/rollout.ts";

/** What another program is told about: a rollout, or the part of one that was asked for. */
export type ExternalRollout = Pick<Rollout, "steps" | "numEnvs" | "terminated" | "truncated" | "outputs"> &
  Partial<Rollout>;

/**
 * The chosen fields of a rollout as arrays of R = T·B rows, and where its episodes end.
 * @throws code `estimator` for a field that is missing, or has another number of rows.
 */
export function rolloutArrays(
  estimator: string,
  rollout: ExternalRollout,
  fields: readonly RolloutField[],
): Record<string, FrameArray> {
  const rows = rollout.steps * rollout.numEnvs;
  const { terminated, truncated } = rollout;
  const arrays: Record<string, FrameArray> = {
    terminated: { values: terminated as Uint8Array, shape: [rows] },
    truncated: { values: truncated as Uint8Array, shape: [rows] },
  };
  for (const field of fields) {
    const value = rollout[field];
    if (value === undefined) {
      throw new GradbridgeError(
        "estimator",
        `${estimator} is to be told ${field}, but the rollout has none.`,
      );
    }
    if (field === "outputs") {
      for (const [name, column] of Object.entries(value as Rollout["outputs"]))
        arrays[`outputs.${name}`] = ofColumn(column, rows);
    } else if (field === "observation" || field === "action") {
      arrays[field] = ofColumn(value as RolloutColumn, rows);
    } else {
      arrays[field] = { values: value as Float32Array | Float64Array, shape: [rows] };
    }
  }
  for (const [name, { values, shape }] of Object.entries(arrays)) {
    const size = shape.reduce((product, length) => product * length, 1);
    if (values.length === size) continue;
    throw new GradbridgeError(
      "estimator",
      `${estimator}: ${name} of the rollout has ${values.length} numbers, expected ${size} for ${rollout.steps} steps of ` +
        `${rollout.numEnvs} environments.`,
    );
  }
  return arrays;
}

function ofColumn({ values, size, scalar }: RolloutColumn, rows: number): FrameArray {
  return { values, shape: scalar ? [rows] : [rows, size] };
}
