import type { Env } from "../env.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { NestedNumbers } from "../spaces/numbers.ts";
import type { Space } from "../spaces/space.ts";
import { requireBox } from "./require-box.ts";
import { rescaleBox } from "./rescale-box.ts";
import { plainNumbers } from "./rescale-observation.ts";
import { TransformAction } from "./transform-action.ts";

/** Takes `Box` actions in `[low, high]` and stretches them linearly to the environment's bounds. */
export class RescaleAction<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformAction<Observation, Action> {
  readonly #bounds: readonly [NestedNumbers, NestedNumbers];

  /** @throws GymnasiumError `bad-kwarg`, `bad-space` */
  constructor(env: Env<Observation, Action>, low: NestedNumbers, high: NestedNumbers) {
    const box = requireBox("RescaleAction", env.actionSpace);
    const rescaled = rescaleBox("RescaleAction", box, low, high);
    super(env, (action) => rescaled.backward(action as never) as never, rescaled.box as unknown as Action);
    this.#bounds = [low, high];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "RescaleAction", args: this.#bounds.map((bound) => plainNumbers(bound)) };
  }
}
