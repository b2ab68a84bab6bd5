import { GradbridgeError } from "@gradbridge/core";
import type { Info, VectorInfo } from "gymnasium-js";

/** Names under which environments tell which actions are allowed: ours, and Gymnasium's as Python writes it. */
const keys = ["actionMask", "action_mask"] as const;

/**
 * The masks that a vector environment told with `reset` or `step`, [B, Σ choices] of 0 and 1, or null where no
 * environment told one. An environment that told none allows everything. What they tell is what the action space's
 * `sample` takes as mask: n flags for `Discrete`, one list of flags per place (or all of them in a row) for
 * `MultiDiscrete`.
 * @param choices `Policy.choices`: how many each place of an action has; null is returned where it is empty
 * @throws code `mask` for a mask of the wrong size.
 */
export function actionMasks(info: VectorInfo, choices: readonly number[], numEnvs: number): Int8Array | null {
  const key = keys.find((name) => info[name] !== undefined);
  if (key === undefined || choices.length === 0) return null;
  const size = choices.reduce((total, n) => total + n, 0);
  const told = info[`_${key}`] as ArrayLike<number> | undefined;
  const held = info[key];
  const masks = new Int8Array(numEnvs * size).fill(1);
  if (isNumbers(held) && held.length !== numEnvs * size) throw wrongSize(held.length / numEnvs, choices);
  for (let env = 0; env < numEnvs; env++) {
    if (told !== undefined && told[env] !== 1) continue;
    const row = masks.subarray(env * size, (env + 1) * size);
    if (isNumbers(held)) for (let i = 0; i < size; i++) row[i] = held[env * size + i]!;
    else writeMask((held as readonly unknown[])[env], choices, row);
  }
  return masks;
}

/** As {@link actionMasks}, of one environment: [Σ choices], or null. */
export function actionMask(info: Info, choices: readonly number[]): Int8Array | null {
  const told = info.actionMask ?? info.action_mask;
  if (told === undefined || choices.length === 0) return null;
  const mask = new Int8Array(choices.reduce((total, n) => total + n, 0));
  writeMask(told, choices, mask);
  return mask;
}

function writeMask(told: unknown, choices: readonly number[], out: Int8Array): void {
  const flat = isNumbers(told)
    ? told
    : (told as readonly ArrayLike<number>[]).flatMap((one) => [...Array.from(one)]);
  if (flat.length !== out.length) throw wrongSize(flat.length, choices);
  for (let i = 0; i < out.length; i++) out[i] = flat[i]!;
}

function isNumbers(value: unknown): value is ArrayLike<number> {
  return ArrayBuffer.isView(value) || (Array.isArray(value) && value.every((one) => typeof one === "number"));
}

function wrongSize(got: number, choices: readonly number[]): GradbridgeError {
  return new GradbridgeError(
    "mask",
    `The environment told an action mask of ${got} flags; its actions are chosen among ${choices.join(" + ")}.`,
  );
}
