import type { EnvMetadata, RgbFrame } from "../env.ts";
import { GymnasiumError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { requireState } from "../saved-state.ts";
import { warn } from "../warning.ts";
import { AnimatedGif, type GifModule } from "./animated-gif.ts";
import { nodeModule } from "./optional-package.ts";

/** Decides by the number of an episode or step (from 0, over all episodes) whether a recording starts there. */
export type VideoTrigger = (index: number) => boolean;

/** Options of `RecordVideo`. */
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

/** What a recorder must know of the environment it records. */
interface Recorded {
  readonly renderMode: string | null;
  readonly metadata: EnvMetadata;
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

/** Counts episodes and steps, decides when a video starts and ends, and saves it: what all video wrappers share. */
export class VideoRecorder {
  /** Number of the current episode, from 0; −1 before the first. */
  episodeId = -1;
  /** Number of the last step over all episodes, from 0; −1 before the first. */
  stepId = -1;
  readonly #options: RecordVideoOptions;
  readonly #episodeTrigger: VideoTrigger | null;
  readonly #videoLength: number;
  readonly #framesPerSecond: number;
  readonly #save: (fileName: string, bytes: Uint8Array) => void;
  #video: AnimatedGif | null = null;
  #videoName = "";

  /**
   * @throws GymnasiumError `unsupported-mode` unless frames are images, `bad-kwarg` for wrong options,
   *   `missing-package` without gifenc.
   */
  constructor({ renderMode, metadata }: Recorded, options: RecordVideoOptions) {
    if (renderMode === null || !renderMode.startsWith("rgb_array")) {
      throw new GymnasiumError(
        "unsupported-mode",
        `RecordVideo needs images, got renderMode ${renderMode}; make the environment with { renderMode: "rgb_array" }.`,
      );
    }
    const { episodeTrigger = null, stepTrigger = null, videoLength = 0, fps = null, save = null } = options;
    if (!Number.isInteger(videoLength) || videoLength < 0) {
      throw new GymnasiumError("bad-kwarg", `videoLength must be a whole number ≥ 0, got ${videoLength}.`);
    }
    this.#options = options;
    this.#episodeTrigger =
      episodeTrigger === null && stepTrigger === null ? cappedCubicVideoSchedule : episodeTrigger;
    this.#videoLength = videoLength === 0 ? Number.POSITIVE_INFINITY : videoLength;
    this.#framesPerSecond = fps ?? metadata.renderFps ?? 30;
    // Finds out now, and not in the middle of training, that the encoder is missing.
    new AnimatedGif(this.#framesPerSecond, options.gifenc);
    this.#save = save ?? saveIn(options.videoFolder);
  }

  /** Whether a video is being recorded. */
  get recording(): boolean {
    return this.#video !== null;
  }

  /** An episode starts: a video of the one before ends, a new one may start. */
  nextEpisode(): void {
    this.episodeId += 1;
    if (this.#videoLength === Number.POSITIVE_INFINITY) this.stop();
    if (this.#episodeTrigger?.(this.episodeId)) this.start(`episode-${this.episodeId}`);
  }

  /** A step was made: a video may start. */
  nextStep(): void {
    this.stepId += 1;
    if (this.#options.stepTrigger?.(this.stepId)) this.start(`step-${this.stepId}`);
  }

  /** Starts a video called `<namePrefix>-<name>.gif`; one that is being recorded ends. */
  start(name: string): void {
    this.stop();
    this.#video = new AnimatedGif(this.#framesPerSecond, this.#options.gifenc);
    this.#videoName = `${this.#options.namePrefix ?? "rl-video"}-${name}.gif`;
  }

  /** Adds a frame to the video; the last one ends it. */
  add(frame: RgbFrame): void {
    if (this.#video === null) return;
    this.#video.add(frame);
    if (this.#video.frameCount > this.#videoLength) this.stop();
  }

  /** Ends the video and saves it. Does nothing if none is being recorded. */
  stop(): void {
    const video = this.#video;
    if (video === null) return;
    this.#video = null;
    if (video.frameCount === 0) warn(`${this.#videoName} was not saved: it has no frames.`);
    else this.#save(this.#videoName, video.finish());
  }

  /** The counters as plain JSON; a video in the middle is not saved. */
  state(): JsonValue {
    return { episodeId: this.episodeId, stepId: this.stepId };
  }

  /** Goes on counting from what {@link state} gave. */
  restore(state: JsonValue): void {
    const { episodeId, stepId } = requireState("RecordVideo", state, ["episodeId", "stepId"]);
    this.episodeId = Number(episodeId);
    this.stepId = Number(stepId);
  }
}

/** Whether something is an image, as `rgb_array` promises. */
export function isRgbFrame(frame: unknown): frame is RgbFrame {
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
