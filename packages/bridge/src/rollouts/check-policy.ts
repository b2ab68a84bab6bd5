import { GradbridgeError, type Tensor } from "@gradbridge/core";
import type { Policy } from "@gradbridge/policy";
import { Box, Discrete, MultiBinary, MultiDiscrete, type Space } from "gymnasium-js";

/**
 * Refuses a policy of another size than the environment's observations, encoded.
 * @throws code `policy`.
 */
export function checkObservationSize(policy: Policy, size: number): void {
  if (policy.observationSize === size) return;
  throw new GradbridgeError(
    "policy",
    `The policy takes observations of ${policy.observationSize} numbers, the environment gives ${size}. ` +
      "makePolicy(env, settings) makes one that fits.",
  );
}

/**
 * Refuses a policy whose actions are not what the environment takes.
 * @param action drawn by the policy, one per row
 * @throws code `policy`.
 */
export function checkActions({ choices }: Policy, action: Tensor, space: Space): void {
  const wanted = actionsOf(space);
  const shape = action.shape.slice(1);
  const fits =
    wanted === null ||
    ((action.dtype === "int32" || wanted.choices === null) &&
      shape.join() === wanted.shape.join() &&
      (choices.length === 0 || wanted.choices === null || choices.join() === wanted.choices.join()));
  if (fits) return;
  const drawn = choices.length > 0 ? ` among ${choices.join(" × ")}` : "";
  throw new GradbridgeError(
    "policy",
    `The policy's actions are ${action.dtype} [${shape.join(", ")}]${drawn}, which is nothing for the action space ${space}. ` +
      "makePolicy(env, settings) makes a policy that fits.",
  );
}

interface Actions {
  /** Of one action. */
  readonly shape: readonly number[];
  /** How many choices each place has; null where actions are no choices. */
  readonly choices: readonly number[] | null;
}

/** What a policy must draw for a space; null for spaces that `actionDecoder` refuses. */
function actionsOf(space: Space): Actions | null {
  if (space instanceof Discrete) return { shape: [], choices: [space.n] };
  if (space instanceof MultiDiscrete) return { shape: [space.size], choices: [...space.nvec] };
  if (space instanceof MultiBinary || space instanceof Box) return { shape: [space.size], choices: null };
  return null;
}
