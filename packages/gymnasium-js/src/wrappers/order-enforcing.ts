import type { Env, Info, RenderFrame, ResetOptions, ResetResult, StepBatch, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { EnvSpec, WrapperSpec } from "../registration/env-spec.ts";
import type { BatchOf, ElementOf, Space } from "../spaces/space.ts";
import { type StepInto, stepIntoOf } from "../step-into.ts";
import { Wrapper } from "../wrapper.ts";

/**
 * Makes `step` and `render` before the first `reset` an error (`reset-needed`).
 *
 * `make` adds it unless the spec has `orderEnforce: false`.
 */
export class OrderEnforcing<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  /** Whether `render` before `reset` is allowed. */
  readonly disableRenderOrderEnforcing: boolean;
  #hasReset = false;
  readonly #stepInto: StepInto<Observation, Action>;

  constructor(env: Env<Observation, Action>, disableRenderOrderEnforcing = false) {
    super(env);
    this.disableRenderOrderEnforcing = disableRenderOrderEnforcing;
    this.#stepInto = stepIntoOf(env);
  }

  /** Whether `reset` was called yet. */
  get hasReset(): boolean {
    return this.#hasReset;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    this.#hasReset = true;
    return this.env.reset(options);
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    if (!this.#hasReset) throw resetNeeded("step");
    return this.env.step(action);
  }

  override stepInto(action: ElementOf<Action>, batch: StepBatch<BatchOf<Observation>>, index: number): Info {
    if (!this.#hasReset) throw resetNeeded("step");
    return this.#stepInto(action, batch, index);
  }

  override render(): RenderFrame | readonly RenderFrame[] | null {
    if (!this.#hasReset && !this.disableRenderOrderEnforcing) throw resetNeeded("render");
    return this.env.render();
  }

  protected override extendSpec(spec: EnvSpec): EnvSpec {
    return spec.with({ orderEnforce: true });
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "OrderEnforcing", args: [this.disableRenderOrderEnforcing] };
  }

  protected override ownState(): JsonValue {
    return this.#hasReset;
  }

  protected override restoreOwn(own: JsonValue): void {
    this.#hasReset = own === true;
  }
}

function resetNeeded(method: string): GymnasiumError {
  return new GymnasiumError("reset-needed", `Call reset() before ${method}(): there is no episode yet.`);
}
