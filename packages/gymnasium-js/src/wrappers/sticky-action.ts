import type { Env, ResetOptions, ResetResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { requireState } from "../saved-state.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { ActionWrapper } from "../wrapper.ts";

/**
 * Now and then repeats the last action instead of the given one, for one step or a random number of steps.
 *
 * Source: Machado et al., "Revisiting the arcade learning environment" (2018), section 5.2.
 */
export class StickyAction<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends ActionWrapper<Observation, Action> {
  readonly repeatActionProbability: number;
  readonly #shortest: number;
  readonly #longest: number;
  #last: ElementOf<Action> | null = null;
  #isSticky = false;
  #repeats = 0;
  #taken = 0;

  /**
   * @param repeatActionProbability - in [0, 1).
   * @param repeatActionDuration - steps, or the shortest and longest number of steps.
   * @throws GymnasiumError `bad-kwarg`
   */
  constructor(
    env: Env<Observation, Action>,
    repeatActionProbability: number,
    repeatActionDuration: number | readonly [shortest: number, longest: number] = 1,
  ) {
    super(env);
    const [shortest, longest] =
      typeof repeatActionDuration === "number"
        ? [repeatActionDuration, repeatActionDuration]
        : repeatActionDuration;
    if (!(repeatActionProbability >= 0 && repeatActionProbability < 1)) {
      throw new GymnasiumError(
        "bad-kwarg",
        `repeatActionProbability lies in [0, 1), got ${repeatActionProbability}.`,
      );
    }
    if (!Number.isInteger(shortest) || !Number.isInteger(longest) || shortest < 1 || longest < shortest) {
      throw new GymnasiumError(
        "bad-kwarg",
        `repeatActionDuration is a whole number ≥ 1 or [shortest, longest], got ${String(repeatActionDuration)}.`,
      );
    }
    this.repeatActionProbability = repeatActionProbability;
    this.#shortest = shortest;
    this.#longest = longest;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    this.#last = null;
    this.#isSticky = false;
    this.#repeats = 0;
    this.#taken = 0;
    return super.reset(options);
  }

  override action(action: ElementOf<Action>): ElementOf<Action> {
    let taken = action;
    if (this.#isSticky || (this.#last !== null && this.random.uniform() < this.repeatActionProbability)) {
      if (this.#repeats === 0) this.#repeats = this.random.integers(this.#shortest, this.#longest + 1);
      taken = this.#last as ElementOf<Action>;
      this.#isSticky = true;
      this.#taken += 1;
    }
    if (this.#isSticky && this.#repeats === this.#taken) {
      this.#isSticky = false;
      this.#repeats = 0;
      this.#taken = 0;
    }
    // A copy: the caller may use the same array for the next action.
    this.#last = structuredClone(taken);
    return taken;
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "StickyAction", args: [this.repeatActionProbability, [this.#shortest, this.#longest]] };
  }

  protected override ownState(): JsonValue {
    return {
      last: this.#last === null ? null : this.actionSpace.toJsonable([this.#last]),
      isSticky: this.#isSticky,
      repeats: this.#repeats,
      taken: this.#taken,
    };
  }

  protected override restoreOwn(own: JsonValue): void {
    const { last, isSticky, repeats, taken } = requireState(this, own, [
      "last",
      "isSticky",
      "repeats",
      "taken",
    ]);
    this.#last = last === null ? null : (this.actionSpace.fromJsonable(last)[0] as ElementOf<Action>);
    this.#isSticky = isSticky === true;
    this.#repeats = Number(repeats);
    this.#taken = Number(taken);
  }
}
