import { Discrete } from "../../spaces/discrete.ts";
import type { Space } from "../../spaces/space.ts";
import { actionReader } from "../sync-vector-env.ts";
import type { VectorActions } from "../vector-env.ts";
import type { SharedArrays } from "./protocol.ts";
import { copyArrays } from "./shared-arrays.ts";

/**
 * Writes the actions of all environments into shared memory.
 *
 * @returns `null` where they stand there exactly; else what reads the action of one environment, so that it can be
 *   sent as it is: it may be of another type than the space's arrays, or wrong, which the environment will say.
 * @throws GymnasiumError `invalid-action` where the batch has another length.
 */
export function writeActions<Action extends Space>(
  space: Action,
  actions: VectorActions<Action>,
  shared: SharedArrays | null,
  numEnvs: number,
): ((index: number) => unknown) | null {
  const readAction = actionReader(space, actions, numEnvs);
  if (shared === null) return readAction;
  if (copyArrays(shared, actions)) return null;
  if (!(space instanceof Discrete)) return readAction;
  const places = shared as Int32Array;
  for (let i = 0; i < numEnvs; i++) {
    const action = readAction(i) as number;
    places[i] = action;
    if (places[i] !== action) return readAction;
  }
  return null;
}
