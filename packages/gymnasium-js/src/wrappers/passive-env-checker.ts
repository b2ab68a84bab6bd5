import { checkedRender, checkedReset, checkedStep, checkSpace } from "../checking/passive-checks.ts";
import type { Env, Info, RenderFrame, ResetOptions, ResetResult, StepBatch, StepResult } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { EnvSpec, WrapperSpec } from "../registration/env-spec.ts";
import type { BatchOf, ElementOf, Space } from "../spaces/space.ts";
import { type StepInto, stepIntoOf } from "../step-into.ts";
import { warn } from "../warning.ts";
import { Wrapper } from "../wrapper.ts";

/**
 * Looks at what the first `reset`, the first `step` and the first `render` give, and changes nothing. What is
 * certainly wrong is an error, what is doubtful a warning.
 *
 * `make` adds it unless the spec has `disableEnvChecker: true`.
 */
export class PassiveEnvChecker<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends Wrapper<Observation, Action> {
  #checkedReset = false;
  #checkedStep = false;
  #checkedRender = false;
  #closed = false;
  readonly #stepInto: StepInto<Observation, Action>;

  /** @throws GymnasiumError `bad-space` if the environment lacks a space. */
  constructor(env: Env<Observation, Action>) {
    super(env);
    checkSpace(env.actionSpace, "action");
    checkSpace(env.observationSpace, "observation");
    this.#stepInto = stepIntoOf(env);
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    if (this.#checkedReset) return this.env.reset(options);
    this.#checkedReset = true;
    return checkedReset(this.env, options);
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    if (this.#checkedStep) return this.env.step(action);
    this.#checkedStep = true;
    return checkedStep(this.env, action);
  }

  override stepInto(action: ElementOf<Action>, batch: StepBatch<BatchOf<Observation>>, index: number): Info {
    if (this.#checkedStep) return this.#stepInto(action, batch, index);
    const [observation, reward, terminated, truncated, info] = this.step(action);
    this.observationSpace.writeBatch(batch.observations, index, observation);
    batch.rewards[index] = reward;
    batch.terminated[index] = terminated ? 1 : 0;
    batch.truncated[index] = truncated ? 1 : 0;
    return info;
  }

  override render(): RenderFrame | readonly RenderFrame[] | null {
    if (this.#checkedRender) return this.env.render();
    this.#checkedRender = true;
    return checkedRender(this.env as unknown as Env);
  }

  override close(): void {
    if (!this.#closed) {
      this.#closed = true;
      this.env.close();
      return;
    }
    try {
      this.env.close();
    } catch (error) {
      warn("close() on a closed environment should do nothing, but it threw.");
      throw error;
    }
  }

  protected override extendSpec(spec: EnvSpec): EnvSpec {
    return spec.with({ disableEnvChecker: false });
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "PassiveEnvChecker", args: [] };
  }

  // What was checked does not decide the future of the environment.
  protected override ownState(): JsonValue {
    return null;
  }
}
