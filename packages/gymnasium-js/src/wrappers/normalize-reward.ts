import type { Env, StepResult } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { requireState } from "../saved-state.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";
import { RunningMeanStd } from "./running-mean-std.ts";

/**
 * Divides rewards by the standard deviation of the discounted return so far: R ← R·γ·(1 − terminated) + reward.
 *
 * The mean is not subtracted: that would change which policy is best. Set `updateRunningMean` to `false` to stop
 * learning, for evaluation.
 */
export class NormalizeReward<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  /** What was learned of the discounted return. */
  readonly statistics: RunningMeanStd = new RunningMeanStd(1);
  /** Whether rewards are still learned from. */
  updateRunningMean = true;
  readonly #gamma: number;
  readonly #epsilon: number;
  #discounted = 0;

  /** @param gamma - discount, in [0, 1]. @param epsilon - added to the variance, against division by zero. */
  constructor(env: Env<Observation, Action>, gamma = 0.99, epsilon = 1e-8) {
    super(env);
    this.#gamma = gamma;
    this.#epsilon = epsilon;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.#discounted = this.#discounted * this.#gamma * (result[2] ? 0 : 1) + result[1];
    if (this.updateRunningMean) this.statistics.update([this.#discounted], 1);
    result[1] /= Math.sqrt(this.statistics.variance[0]! + this.#epsilon);
    return result;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "NormalizeReward", args: [this.#gamma, this.#epsilon] };
  }

  protected override ownState(): JsonValue {
    return { statistics: this.statistics.state(), discounted: this.#discounted };
  }

  protected override restoreOwn(own: JsonValue): void {
    const { statistics, discounted } = requireState(this, own, ["statistics", "discounted"]);
    this.statistics.restore(statistics);
    this.#discounted = Number(discounted);
  }
}
