import type { Env, ResetOptions, ResetResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { ObservationWrapper } from "../wrapper.ts";
import { zeroElement } from "./zero-element.ts";

/** Shows every observation `delay` steps late, and zeros before the first one. */
export class DelayObservation<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends ObservationWrapper<Observation, Action> {
  readonly delay: number;
  #queue: ElementOf<Observation>[] = [];

  /** @throws GymnasiumError `bad-kwarg` unless `delay` is a whole number ≥ 0. */
  constructor(env: Env<Observation, Action>, delay: number) {
    super(env);
    if (!Number.isInteger(delay) || delay < 0) {
      throw new GymnasiumError("bad-kwarg", `The delay is a whole number ≥ 0 of steps, got ${delay}.`);
    }
    this.delay = delay;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    this.#queue = [];
    return super.reset(options);
  }

  override observation(observation: ElementOf<Observation>): ElementOf<Observation> {
    this.#queue.push(observation);
    return this.#queue.length > this.delay ? this.#queue.shift()! : zeroElement(this.observationSpace);
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "DelayObservation", args: [this.delay] };
  }

  protected override ownState(): JsonValue {
    return this.#queue.map((observation) => this.observationSpace.toJsonable([observation]));
  }

  protected override restoreOwn(own: JsonValue): void {
    const saved = own as readonly JsonValue[];
    this.#queue = saved.map((json) => this.observationSpace.fromJsonable(json)[0] as ElementOf<Observation>);
  }
}
