import { type Env, type Info, NO_INFO, type StepBatch } from "./env.ts";
import type { BatchOf, ElementOf, Space } from "./spaces/space.ts";

/** Steps one environment into place `index` of a batch. */
export type StepInto<Observation extends Space, Action extends Space> = (
  action: ElementOf<Action>,
  batch: StepBatch<BatchOf<Observation>>,
  index: number,
) => Info;

/**
 * The fastest correct way to step `env` into a batch: its own `stepInto` where that belongs to its `step`, otherwise
 * `step` followed by a copy.
 *
 * `stepInto` belongs to `step` when no class nearer to the instance overrides `step` alone: somebody who extends an
 * environment and changes `step` must not be bypassed.
 */
export function stepIntoOf<Observation extends Space, Action extends Space>(
  env: Env<Observation, Action>,
): StepInto<Observation, Action> {
  if (env.stepInto !== undefined && definer(env, "stepInto") <= definer(env, "step")) {
    return (action, batch, index) => env.stepInto!(action, batch, index);
  }
  const space = env.observationSpace;
  return (action, batch, index) => {
    const [observation, reward, terminated, truncated, info] = env.step(action);
    space.writeBatch(batch.observations, index, observation);
    batch.rewards[index] = reward;
    batch.terminated[index] = terminated ? 1 : 0;
    batch.truncated[index] = truncated ? 1 : 0;
    return Object.keys(info).length === 0 ? NO_INFO : info;
  };
}

/** How many prototypes lie between the instance and the one that defines `name`; 0 is the instance itself. */
function definer(env: object, name: string): number {
  let depth = 0;
  for (let holder: object | null = env; holder !== null; holder = Object.getPrototypeOf(holder)) {
    if (Object.hasOwn(holder, name)) return depth;
    depth += 1;
  }
  return Number.POSITIVE_INFINITY;
}
