import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { flattenNumbers, type NestedNumbers } from "../spaces/numbers.ts";
import type { Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { rescaleBox } from "./rescale-box.ts";
import { TransformObservation } from "./transform-observation.ts";

/** Stretches a `Box` observation linearly to the bounds `[low, high]`; open bounds stay open. */
export class RescaleObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformObservation<Observation, Action> {
  readonly #bounds: readonly [NestedNumbers, NestedNumbers];

  /** @throws GymnasiumError `bad-kwarg`, `bad-space` */
  constructor(env: Env<Observation, Action>, low: NestedNumbers, high: NestedNumbers) {
    const box = requireBox("RescaleObservation", env.observationSpace);
    const rescaled = rescaleBox("RescaleObservation", box, low, high);
    super(env, (seen) => rescaled.forward(seen as never) as never, rescaled.box as unknown as Observation);
    this.#bounds = [low, high];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "RescaleObservation", args: this.#bounds.map((bound) => plainNumbers(bound)) };
  }
}

/** Bounds as JSON. */
export function plainNumbers(bound: NestedNumbers): number | number[] {
  return typeof bound === "number" ? bound : Array.from(flattenNumbers("bound", bound).values);
}
