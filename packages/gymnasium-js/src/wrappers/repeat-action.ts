import type { Env, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";

/** Repeats every action `numRepeats` times, or until the episode ends, and sums the rewards. */
export class RepeatAction<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  readonly numRepeats: number;

  /** @throws GymnasiumError `bad-kwarg` unless `numRepeats` is a whole number ≥ 1. */
  constructor(env: Env<Observation, Action>, numRepeats: number) {
    super(env);
    if (!Number.isInteger(numRepeats) || numRepeats < 1) {
      throw new GymnasiumError("bad-kwarg", `numRepeats is a whole number ≥ 1, got ${numRepeats}.`);
    }
    this.numRepeats = numRepeats;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    let result = this.env.step(action);
    let total = result[1];
    for (let i = 1; i < this.numRepeats && !result[2] && !result[3]; i++) {
      result = this.env.step(action);
      total += result[1];
    }
    result[1] = total;
    return result;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "RepeatAction", args: [this.numRepeats] };
  }
}
