import { GradbridgeError } from "@gradbridge/core";
import type { Rollout, RolloutColumn, RolloutField } from "../rollouts/rollout.ts";
import type { Estimator } from "./estimator.ts";

/**
 * Refuses a rollout that an estimator cannot work with: a field of its `requires` that is missing, of another length than
 * [T, B], or holds a NaN or infinity. Rewards are checked whether required or not.
 *
 * Without a value output, `value` and `nextValue` count as missing.
 * @throws code `estimator` for what is missing or has the wrong length, `non-finite` for a number that is not finite; the
 *   message names the estimator, the field and, for a number, output, row, step and environment.
 */
export function checkRollout(
  { name, requires }: Pick<Estimator, "name" | "requires">,
  rollout: Partial<Rollout> & Pick<Rollout, "steps" | "numEnvs">,
): void {
  const fields = new Set<RolloutField>(rollout.reward === undefined ? requires : ["reward", ...requires]);
  const missing = [...fields].filter((field) => isMissing(rollout, field));
  if (missing.length > 0) {
    throw new GradbridgeError(
      "estimator",
      `${name} requires ${[...requires].join(", ")}, but the rollout has no ${missing.join(", ")}.` +
        (missing.some(isOfValue)
          ? " Use a policy with a value output, or an estimator without a critic."
          : ""),
    );
  }
  for (const field of fields) {
    for (const [label, column] of columnsOf(rollout, field)) checkColumn(name, label, column, rollout);
  }
}

function isOfValue(field: RolloutField): boolean {
  return field === "value" || field === "nextValue";
}

function isMissing(rollout: Partial<Rollout>, field: RolloutField): boolean {
  return rollout[field] === undefined || (isOfValue(field) && rollout.hasValue === false);
}

type Column = { readonly values: ArrayLike<number>; readonly size: number };

/** What a field holds, as named columns. */
function columnsOf(rollout: Partial<Rollout>, field: RolloutField): (readonly [string, Column])[] {
  if (field === "outputs") {
    return Object.entries(rollout.outputs!).map(([output, column]) => [`output "${output}"`, column]);
  }
  const content: RolloutColumn | Float32Array | Float64Array = rollout[field]!;
  return [[field, ArrayBuffer.isView(content) ? { values: content, size: 1 } : content]];
}

function checkColumn(
  estimator: string,
  label: string,
  { values, size }: Column,
  { steps, numEnvs }: Pick<Rollout, "steps" | "numEnvs">,
): void {
  if (values.length !== steps * numEnvs * size) {
    throw new GradbridgeError(
      "estimator",
      `${estimator}: ${label} of the rollout has ${values.length} numbers, expected [${steps}, ${numEnvs}, ${size}].`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    const row = Math.floor(i / size);
    throw new GradbridgeError(
      "non-finite",
      `${estimator}: ${label} is ${values[i]} in row ${row} of the rollout (step ${Math.floor(row / numEnvs)}, ` +
        `environment ${row % numEnvs}).`,
    );
  }
}
