import type { Env, RenderFrame, ResetOptions, ResetResult, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import type { ElementOf, Space } from "../spaces/space.ts";
import { Wrapper } from "../wrapper.ts";

/**
 * Collects a frame at every reset and step; `render` gives the list of them.
 *
 * `make` adds it for render modes that end in `_list`.
 */
export class RenderCollection<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends Wrapper<Observation, Action> {
  readonly #popFrames: boolean;
  readonly #resetClean: boolean;
  #frames: RenderFrame[] = [];

  /**
   * @param popFrames - whether `render` empties the list.
   * @param resetClean - whether `reset` empties the list.
   * @throws GymnasiumError `unsupported-mode` unless the environment has a render mode that gives single frames.
   */
  constructor(env: Env<Observation, Action>, popFrames = true, resetClean = true) {
    super(env);
    const mode = env.renderMode;
    if (mode === null || mode.endsWith("_list")) {
      throw new GymnasiumError(
        "unsupported-mode",
        `RenderCollection needs single frames, got renderMode ${mode}.`,
      );
    }
    this.#popFrames = popFrames;
    this.#resetClean = resetClean;
    this.metadata = { ...env.metadata, renderModes: [...env.metadata.renderModes, `${mode}_list`] };
  }

  override get renderMode(): string | null {
    return `${this.env.renderMode}_list`;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    const result = this.env.reset(options);
    if (this.#resetClean) this.#frames = [];
    this.#collect();
    return result;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.#collect();
    return result;
  }

  override render(): readonly RenderFrame[] {
    const frames = this.#frames;
    if (this.#popFrames) this.#frames = [];
    return frames;
  }

  #collect(): void {
    const frame = this.env.render();
    if (frame !== null && (typeof frame === "string" || "data" in frame)) this.#frames.push(frame);
  }

  protected override wrapperSpec(): WrapperSpec {
    return { name: "RenderCollection", args: [this.#popFrames, this.#resetClean] };
  }
}
