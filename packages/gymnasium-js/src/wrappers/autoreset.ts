import type { ResetOptions, ResetResult, StepResult } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";

/** Resets at the step after an episode ended: that step ignores its action and gives reward 0. */
export class Autoreset<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  #isDone = false;

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    this.#isDone = false;
    return this.env.reset(options);
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    if (this.#isDone) {
      const [observation, info] = this.reset();
      return [observation, 0, false, false, info];
    }
    const result = this.env.step(action);
    this.#isDone = result[2] || result[3];
    return result;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "Autoreset", args: [] };
  }

  protected override ownState(): JsonValue {
    return this.#isDone;
  }

  protected override restoreOwn(own: JsonValue): void {
    this.#isDone = own === true;
  }
}
