import type { Env, Info, ResetOptions, ResetResult, StepBatch, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { EnvSpec, WrapperSpec } from "../registration/env-spec.ts";
import type { BatchOf, ElementOf, Space } from "../spaces/space.ts";
import { type StepInto, stepIntoOf } from "../step-into.ts";
import { Wrapper } from "../wrapper.ts";

/**
 * Truncates an episode after a number of steps: the step that reaches the limit returns `truncated = true`, together
 * with `terminated` if the task ended in the same step.
 *
 * `make` adds it for specs with `maxEpisodeSteps`.
 */
export class TimeLimit<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  /** Steps after which an episode is truncated. */
  readonly maxEpisodeSteps: number;
  /** Steps of the current episode so far. */
  elapsedSteps = 0;
  readonly #stepInto: StepInto<Observation, Action>;

  /** @throws GymnasiumError `bad-kwarg` unless `maxEpisodeSteps` is a whole number > 0. */
  constructor(env: Env<Observation, Action>, maxEpisodeSteps: number) {
    super(env);
    if (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps <= 0) {
      throw new GymnasiumError(
        "bad-kwarg",
        `maxEpisodeSteps must be a whole number > 0, got ${maxEpisodeSteps}.`,
      );
    }
    this.maxEpisodeSteps = maxEpisodeSteps;
    this.#stepInto = stepIntoOf(env);
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    this.elapsedSteps = 0;
    return this.env.reset(options);
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.elapsedSteps += 1;
    if (this.elapsedSteps >= this.maxEpisodeSteps) result[3] = true;
    return result;
  }

  override stepInto(action: ElementOf<Action>, batch: StepBatch<BatchOf<Observation>>, index: number): Info {
    const info = this.#stepInto(action, batch, index);
    this.elapsedSteps += 1;
    if (this.elapsedSteps >= this.maxEpisodeSteps) batch.truncated[index] = 1;
    return info;
  }

  protected override extendSpec(spec: EnvSpec): EnvSpec {
    return spec.with({ maxEpisodeSteps: this.maxEpisodeSteps });
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "TimeLimit", args: [this.maxEpisodeSteps] };
  }

  protected override ownState(): JsonValue {
    return this.elapsedSteps;
  }

  protected override restoreOwn(own: JsonValue): void {
    this.elapsedSteps = Number(own);
  }
}
