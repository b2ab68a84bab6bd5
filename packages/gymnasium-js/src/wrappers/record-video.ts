import type { Env, RenderFrame, ResetOptions, ResetResult, RgbFrame, StepResult } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import type { WrapperSpec } from "../registration/env-spec.ts";
import { AnimatedGif, type GifModule } from "../rendering/animated-gif.ts";
import { nodeModule } from "../rendering/optional-package.ts";
import { requireState } from "../saved-state.ts";
import { describe, type ElementOf, type Space } from "../spaces/space.ts";
import { warn } from "../warning.ts";
import { Wrapper } from "../wrapper.ts";

/** Decides by the number of an episode or step (from 0, over all episodes) whether a recording starts there. */
export type VideoTrigger = (index: number) => boolean;

/** Options of {@link RecordVideo}. */
export interface RecordVideoOptions {
  /** Where the files go; made if it is not there. Needed unless `save` is given. */
  readonly videoFolder?: string;
  /** Which episodes to record. Without any trigger: {@link cappedCubicVideoSchedule}. */
  readonly episodeTrigger?: VideoTrigger | null;
  /** At which steps to start recording. */
  readonly stepTrigger?: VideoTrigger | null;
  /** Frames of one video; 0 for whole episodes. A length may span several episodes. */
  readonly videoLength?: number;
  /** The first part of the file names. */
  readonly namePrefix?: string;
  /** Frames per second; by default the environment's `metadata.renderFps`, or 30. */
  readonly fps?: number | null;
  /** Takes each finished file instead of the folder: for browsers, or to keep videos in memory. */
  readonly save?: ((fileName: string, bytes: Uint8Array) => void) | null;
  /** The module gifenc (`import * as gifenc from "gifenc"`) in browsers; in Node it is found by its name. */
  readonly gifenc?: GifModule | null;
}

interface FileSystem {
  existsSync(path: string): boolean;
  mkdirSync(path: string, options: { recursive: boolean }): void;
  writeFileSync(path: string, bytes: Uint8Array): void;
}

/**
 * The episodes 0, 1, 8, 27, …, 729, and then every thousandth: often at first, when much changes.
 *
 * Source: `gymnasium.utils.save_video.capped_cubic_video_schedule` of Gymnasium 1.3.0.
 */
export function cappedCubicVideoSchedule(episode: number): boolean {
  if (episode >= 1000) return episode % 1000 === 0;
  return Math.round(Math.cbrt(episode)) ** 3 === episode;
}

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
  /** Number of the current episode, from 0; −1 before the first `reset`. */
  episodeId = -1;
  /** Number of the last step over all episodes, from 0; −1 before the first. */
  stepId = -1;
  readonly #options: RecordVideoOptions;
  readonly #episodeTrigger: VideoTrigger | null;
  readonly #stepTrigger: VideoTrigger | null;
  readonly #videoLength: number;
  readonly #framesPerSecond: number;
  readonly #save: (fileName: string, bytes: Uint8Array) => void;
  #video: AnimatedGif | null = null;
  #videoName = "";
  /** Frames taken from a list that `render` still owes its caller. */
  #owed: RenderFrame[] = [];

  /**
   * @throws GymnasiumError `unsupported-mode` unless frames are images, `bad-kwarg` for wrong options,
   *   `missing-package` without gifenc.
   */
  constructor(env: Env<Observation, Action>, options: RecordVideoOptions) {
    super(env);
    if (env.renderMode === null || !env.renderMode.startsWith("rgb_array")) {
      throw new GymnasiumError(
        "unsupported-mode",
        `RecordVideo needs images, got renderMode ${env.renderMode}; make the environment with { renderMode: "rgb_array" }.`,
      );
    }
    const { episodeTrigger = null, stepTrigger = null, videoLength = 0, fps = null, save = null } = options;
    if (!Number.isInteger(videoLength) || videoLength < 0) {
      throw new GymnasiumError("bad-kwarg", `videoLength must be a whole number ≥ 0, got ${videoLength}.`);
    }
    this.#options = options;
    this.#stepTrigger = stepTrigger;
    this.#episodeTrigger =
      episodeTrigger === null && stepTrigger === null ? cappedCubicVideoSchedule : episodeTrigger;
    this.#videoLength = videoLength === 0 ? Number.POSITIVE_INFINITY : videoLength;
    this.#framesPerSecond = fps ?? env.metadata.renderFps ?? 30;
    // Finds out now, and not in the middle of training, that the encoder is missing.
    new AnimatedGif(this.#framesPerSecond, options.gifenc);
    this.#save = save ?? saveIn(options.videoFolder);
  }

  /** Whether a video is being recorded. */
  get recording(): boolean {
    return this.#video !== null;
  }

  override reset(options?: ResetOptions): ResetResult<ElementOf<Observation>> {
    const result = this.env.reset(options);
    this.episodeId += 1;
    if (this.recording && this.#videoLength === Number.POSITIVE_INFINITY) this.stopRecording();
    if (this.#episodeTrigger?.(this.episodeId)) this.startRecording(`episode-${this.episodeId}`);
    this.#capture();
    return result;
  }

  override step(action: ElementOf<Action>): StepResult<ElementOf<Observation>> {
    const result = this.env.step(action);
    this.stepId += 1;
    if (this.#stepTrigger?.(this.stepId)) this.startRecording(`step-${this.stepId}`);
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
    if (this.recording) this.stopRecording();
  }

  /** Starts a video called `<namePrefix>-<name>.gif`; one that is being recorded ends. */
  startRecording(name: string): void {
    if (this.recording) this.stopRecording();
    this.#video = new AnimatedGif(this.#framesPerSecond, this.#options.gifenc);
    this.#videoName = `${this.#options.namePrefix ?? "rl-video"}-${name}.gif`;
  }

  /** Ends the video and saves it. Does nothing if none is being recorded. */
  stopRecording(): void {
    const video = this.#video;
    if (video === null) return;
    this.#video = null;
    if (video.frameCount === 0) warn(`${this.#videoName} was not saved: it has no frames.`);
    else this.#save(this.#videoName, video.finish());
  }

  #capture(): void {
    if (this.#video === null) return;
    let frame: unknown = this.env.render();
    if (Array.isArray(frame)) {
      this.#owed.push(...frame);
      frame = frame.at(-1);
    }
    if (!isImage(frame)) {
      warn(`Recording stopped: render() must give an image, got ${describe(frame)}.`);
      this.stopRecording();
      return;
    }
    this.#video.add(frame);
    if (this.#video.frameCount > this.#videoLength) this.stopRecording();
  }

  // Functions are not JSON: a wrapper with its own triggers cannot be made again from a spec.
  protected override wrapperSpec(): WrapperSpec {
    const { episodeTrigger, stepTrigger, save, gifenc, ...plain } = this.#options;
    const functions = [episodeTrigger, stepTrigger, save, gifenc];
    if (functions.some((given) => given != null)) return super.wrapperSpec();
    return { name: "RecordVideo", args: [plain as JsonValue] };
  }

  // The counters go on; a video in the middle does not.
  protected override ownState(): JsonValue {
    return { episodeId: this.episodeId, stepId: this.stepId };
  }

  protected override restoreOwn(own: JsonValue): void {
    const { episodeId, stepId } = requireState(this, own, ["episodeId", "stepId"]);
    this.episodeId = Number(episodeId);
    this.stepId = Number(stepId);
  }
}

function isImage(frame: unknown): frame is RgbFrame {
  return typeof frame === "object" && frame !== null && "data" in frame && "width" in frame;
}

/** Writes files into a folder; only Node can. */
function saveIn(folder: string | undefined): (fileName: string, bytes: Uint8Array) => void {
  const files = nodeModule<FileSystem>("fs");
  if (folder === undefined || files === null) {
    throw new GymnasiumError(
      "bad-kwarg",
      "RecordVideo needs videoFolder (in Node) or save, a function that takes the finished files.",
    );
  }
  if (files.existsSync(folder)) {
    warn(`RecordVideo writes into ${folder}, which is there already: files of the same name are replaced.`);
  }
  files.mkdirSync(folder, { recursive: true });
  return (fileName, bytes) => files.writeFileSync(`${folder}/${fileName}`, bytes);
}
