import type { Env } from "../env.ts";
import type { Space } from "../spaces/space.ts";
import { RewardWrapper } from "../wrapper.ts";

/** Changes every reward by a function. */
export class TransformReward<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends RewardWrapper<Observation, Action> {
  readonly #change: (reward: number) => number;

  constructor(env: Env<Observation, Action>, change: (reward: number) => number) {
    super(env);
    this.#change = change;
  }

  override reward(reward: number): number {
    return this.#change(reward);
  }
}
