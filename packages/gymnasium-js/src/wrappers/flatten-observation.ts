import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { Space } from "../spaces/space.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Flattens every observation into one vector, as its space does. */
export class FlattenObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformObservation<Observation, Action, Space> {
  constructor(env: Env<Space, Action>) {
    const space = env.observationSpace;
    super(env, (observation) => space.flatten(observation) as never, space.flattenSpace() as Observation);
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "FlattenObservation", args: [] };
  }
}
