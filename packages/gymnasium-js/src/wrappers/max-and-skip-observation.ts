import type { Env, Info, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { NumericArray } from "../spaces/dtype.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";
import { requireBox } from "./require-box.ts";

/** Repeats every action `skip` times, sums the rewards, and shows the larger of the last two observations, place by place. */
export class MaxAndSkipObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends Wrapper<Observation, Action> {
  readonly skip: number;
  readonly #previous: NumericArray;
  readonly #last: NumericArray;

  /** @throws GymnasiumError `bad-kwarg` unless `skip` is a whole number ≥ 2, `bad-space` unless observations are a `Box`. */
  constructor(env: Env<Observation, Action>, skip = 4) {
    super(env);
    if (!Number.isInteger(skip) || skip < 2) {
      throw new GymnasiumError("bad-kwarg", `skip is a whole number ≥ 2, got ${skip}.`);
    }
    const box = requireBox("MaxAndSkipObservation", env.observationSpace);
    this.skip = skip;
    this.#previous = box.createBatch(1);
    this.#last = box.createBatch(1);
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    let total = 0;
    let [terminated, truncated] = [false, false];
    let info: Info = {};
    for (let i = 0; i < this.skip && !terminated && !truncated; i++) {
      const result = this.env.step(action);
      if (i === this.skip - 2) this.#previous.set(result[0] as NumericArray);
      if (i === this.skip - 1) this.#last.set(result[0] as NumericArray);
      total += result[1];
      [, , terminated, truncated, info] = result;
    }
    const larger = this.#last.map((value, i) => Math.max(value, this.#previous[i]!));
    return [larger as ElementOf<Observation>, total, terminated, truncated, info];
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "MaxAndSkipObservation", args: [this.skip] };
  }
}
