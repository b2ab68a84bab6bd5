import type { Env, ResetOptions, ResetResult, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { batchSpace } from "../spaces/batch-space.ts";
import { type BatchOf, describe, type ElementOf, type Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";
import { zeroElement } from "./zero-element.ts";

/** Options of {@link FrameStackObservation}. */
export interface FrameStackOptions<Element> {
  /** What stands before the first observation: it repeated, zeros, or a given observation. */
  readonly paddingType?: "reset" | "zero" | Element;
}

/** Shows the last `stackSize` observations as one batch, the newest last. */
export class FrameStackObservation<Inner extends Space = Space, Action extends Space = Space> extends Wrapper<
  Space<BatchOf<Inner>>,
  Action,
  Inner
> {
  readonly stackSize: number;
  readonly #padding: ElementOf<Inner> | null;
  readonly #paddingName: string;
  #queue: ElementOf<Inner>[] = [];

  /** @throws GymnasiumError `bad-kwarg` unless `stackSize` is a whole number > 0 and the padding an observation. */
  constructor(env: Env<Inner, Action>, stackSize: number, options: FrameStackOptions<ElementOf<Inner>> = {}) {
    super(env);
    if (!Number.isInteger(stackSize) || stackSize < 1) {
      throw new GymnasiumError("bad-kwarg", `stackSize is a whole number ≥ 1, got ${stackSize}.`);
    }
    const paddingType = options.paddingType ?? "reset";
    const isNamed = paddingType === "reset" || paddingType === "zero";
    if (!isNamed && !env.observationSpace.contains(paddingType)) {
      throw new GymnasiumError(
        "bad-kwarg",
        `paddingType is "reset", "zero" or an observation of ${env.observationSpace}, got ${describe(paddingType)}.`,
      );
    }
    this.stackSize = stackSize;
    this.#paddingName = isNamed ? String(paddingType) : "custom";
    this.#padding = isNamed
      ? paddingType === "zero"
        ? zeroElement(env.observationSpace)
        : null
      : (paddingType as ElementOf<Inner>);
    this.observationSpace = batchSpace(env.observationSpace, stackSize) as Space<BatchOf<Inner>>;
  }

  override reset(options?: ResetOptions): ResetResult<BatchOf<Inner>> {
    const [observation, info] = this.env.reset(options);
    const padding = this.#padding ?? observation;
    this.#queue = [...new Array<ElementOf<Inner>>(this.stackSize - 1).fill(padding), observation];
    return [this.#stacked(), info];
  }

  override step(action: ElementOf<Action>): StepResult<BatchOf<Inner>> {
    const [observation, reward, terminated, truncated, info] = this.env.step(action);
    this.#queue.push(observation);
    this.#queue.shift();
    return [this.#stacked(), reward, terminated, truncated, info];
  }

  #stacked(): BatchOf<Inner> {
    const space = this.env.observationSpace;
    const batch = space.createBatch(this.stackSize);
    this.#queue.forEach((observation, i) => {
      space.writeBatch(batch, i, observation);
    });
    return batch as BatchOf<Inner>;
  }

  protected override wrapperSpec(): WrapperSpec {
    const isNamed = this.#paddingName !== "custom";
    return {
      name: "FrameStackObservation",
      args: isNamed ? [this.stackSize, { paddingType: this.#paddingName }] : null,
    };
  }

  protected override ownState(): JsonValue {
    return this.#queue.map((observation) => this.env.observationSpace.toJsonable([observation]));
  }

  protected override restoreOwn(own: JsonValue): void {
    const saved = own as readonly JsonValue[];
    this.#queue = saved.map((json) => this.env.observationSpace.fromJsonable(json)[0] as ElementOf<Inner>);
  }
}
