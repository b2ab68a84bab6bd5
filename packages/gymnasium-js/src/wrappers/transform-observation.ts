import type { Env } from "../env.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { ObservationWrapper } from "../wrapper.ts";

/**
 * Changes every observation by a function.
 *
 * @example new TransformObservation(env, (x) => x.map((v) => v * 2), null)
 */
export class TransformObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
  InnerObservation extends Space = Observation,
> extends ObservationWrapper<Observation, Action, InnerObservation> {
  readonly #change: (observation: ElementOf<InnerObservation>) => ElementOf<Observation>;

  /**
   * @param change - what is seen of an observation.
   * @param observationSpace - the space of what `change` gives; `null` if it stays the same.
   */
  constructor(
    env: Env<InnerObservation, Action>,
    change: (observation: ElementOf<InnerObservation>) => ElementOf<Observation>,
    observationSpace: Observation | null,
  ) {
    super(env);
    this.#change = change;
    if (observationSpace !== null) this.observationSpace = observationSpace;
  }

  override observation(observation: ElementOf<InnerObservation>): ElementOf<Observation> {
    return this.#change(observation);
  }
}
