import type { Env } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { Space } from "../spaces/space.ts";
import { TransformReward } from "./transform-reward.ts";

/** Clips every reward to `[low, high]`; `null` leaves a side open. */
export class ClipReward<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends TransformReward<Observation, Action> {
  readonly #bounds: readonly [number | null, number | null];

  /** @throws GymnasiumError `bad-kwarg` unless one bound is given and `low ≤ high`. */
  constructor(env: Env<Observation, Action>, low: number | null = null, high: number | null = null) {
    if ((low === null && high === null) || (low ?? Number.NEGATIVE_INFINITY) > (high ?? Infinity)) {
      throw new GymnasiumError(
        "bad-kwarg",
        `ClipReward takes at least one bound, low ≤ high; got ${low} and ${high}.`,
      );
    }
    super(env, (reward) => Math.min(Math.max(reward, low ?? Number.NEGATIVE_INFINITY), high ?? Infinity));
    this.#bounds = [low, high];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "ClipReward", args: this.#bounds };
  }
}
