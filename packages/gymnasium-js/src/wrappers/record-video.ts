import type { Env, RenderFrame, ResetOptions, ResetResult, StepResult } from "../env.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { isRgbFrame, type RecordVideoOptions, VideoRecorder } from "../rendering/video-recorder.ts";
import { describe, type ElementOf, type Space } from "../spaces/space.ts";
import { warn } from "../warning.ts";
import { Wrapper } from "../wrapper.ts";

/**
 * Records episodes as animated GIFs: `<namePrefix>-episode-<n>.gif`, or `-step-<n>` where a step started it. A video
 * ends with its episode (at the next `reset`), after `videoLength` frames, or with `close`: call `close` at the end.
 *
 * The environment must be made with `renderMode: "rgb_array"` (or its list form). Needs the package `gifenc`, and for
 * the frames `@napi-rs/canvas` in Node.
 *
 * ```ts
 * const env = new RecordVideo(make("CartPole-v1", { renderMode: "rgb_array" }), { videoFolder: "videos" });
 * ```
 *
 * Source: `gymnasium.wrappers.RecordVideo` of Gymnasium 1.3.0, which writes MP4 files through MoviePy. As there, a
 * video of `videoLength` n holds n + 1 frames: the start and n steps.
 */
export class RecordVideo<Observation extends Space = Space, Action extends Space = Space> extends Wrapper<
  Observation,
  Action
> {
  readonly #options: RecordVideoOptions;
  readonly #recorder: VideoRecorder;
  /** Frames taken from a list that `render` still owes its caller. */
  #owed: RenderFrame[] = [];

  /**
   * @throws GymnasiumError `unsupported-mode` unless frames are images, `bad-kwarg` for wrong options,
   *   `missing-package` without gifenc.
   */
  constructor(env: Env<Observation, Action>, options: RecordVideoOptions) {
    super(env);
    this.#options = options;
    this.#recorder = new VideoRecorder(env, options);
  }

  /** Whether a video is being recorded. */
  get recording(): boolean {
    return this.#recorder.recording;
  }

  /** Number of the current episode, from 0; −1 before the first `reset`. */
  get episodeId(): number {
    return this.#recorder.episodeId;
  }

  /** Number of the last step over all episodes, from 0; −1 before the first. */
  get stepId(): number {
    return this.#recorder.stepId;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    const result = this.env.reset(options);
    this.#recorder.nextEpisode();
    this.#capture();
    return result;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.#recorder.nextStep();
    this.#capture();
    return result;
  }

  override render(): RenderFrame | readonly RenderFrame[] | null {
    const frames = this.env.render();
    if (this.#owed.length === 0 || !Array.isArray(frames)) return frames;
    const owed = this.#owed;
    this.#owed = [];
    return [...owed, ...(frames as readonly RenderFrame[])];
  }

  override close(): void {
    super.close();
    this.stopRecording();
  }

  /** Starts a video called `<namePrefix>-<name>.gif`; one that is being recorded ends. */
  startRecording(name: string): void {
    this.#recorder.start(name);
  }

  /** Ends the video and saves it. Does nothing if none is being recorded. */
  stopRecording(): void {
    this.#recorder.stop();
  }

  #capture(): void {
    if (!this.recording) return;
    let frame: unknown = this.env.render();
    if (Array.isArray(frame)) {
      this.#owed.push(...frame);
      frame = frame.at(-1);
    }
    if (isRgbFrame(frame)) {
      this.#recorder.add(frame);
      return;
    }
    warn(`Recording stopped: render() must give an image, got ${describe(frame)}.`);
    this.stopRecording();
  }

  // Functions are not JSON: a wrapper with its own triggers cannot be made again from a spec.
  protected override wrapperSpec(): WrapperSpec {
    const { episodeTrigger, stepTrigger, save, gifenc, ...plain } = this.#options;
    const functions = [episodeTrigger, stepTrigger, save, gifenc];
    if (functions.some((given) => given != null)) return super.wrapperSpec();
    return { name: "RecordVideo", args: [plain as JsonValue] };
  }

  protected override ownState(): JsonValue {
    return this.#recorder.state();
  }

  protected override restoreOwn(own: JsonValue): void {
    this.#recorder.restore(own);
  }
}
