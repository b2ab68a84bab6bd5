import type { RgbFrame } from "../../env.ts";
import { GymnasiumError } from "../../errors.ts";
import type { JsonValue } from "../../json.ts";
import { isRgbFrame, type RecordVideoOptions, VideoRecorder } from "../../rendering/video-recorder.ts";
import { type BatchOf, describe, type Space } from "../../spaces/space.ts";
import type {
  MaybePromise,
  VectorActions,
  VectorEnv,
  VectorResetOptions,
  VectorResetResult,
  VectorStepResult,
} from "../../vector/vector-env.ts";
import { VectorWrapper, whenReady } from "../../vector/vector-wrapper.ts";

/** Options of {@link VectorRecordVideo}. */
export interface VectorRecordVideoOptions extends RecordVideoOptions {
  /** Whether to show the first environment alone (default), or all of them as tiles. */
  readonly recordFirstOnly?: boolean;
  /** Width to height of the whole video, which the tiles come as near to as they can; 1 to 1 by default. */
  readonly videoAspectRatio?: readonly [width: number, height: number];
}

/**
 * Records a vector environment as animated GIFs, as `RecordVideo` does a single one. Episodes are those of the first
 * environment. In the mode `same_step` a video lacks the last frame of its episode.
 *
 * Source: `gymnasium.wrappers.vector.RecordVideo` of Gymnasium 1.3.0.
 */
export class VectorRecordVideo<
  Observation extends Space = Space,
  Action extends Space = Space,
> extends VectorWrapper<Observation, Action> {
  readonly #recorder: VideoRecorder;
  readonly #recordFirstOnly: boolean;
  readonly #aspectRatio: number;
  /** Whether the first environment starts anew in the next step. */
  #startsAnew = false;

  /**
   * @throws GymnasiumError `unsupported-mode` unless frames are images, `bad-kwarg` for wrong options,
   *   `missing-package` without gifenc.
   */
  constructor(env: VectorEnv<Observation, Action>, options: VectorRecordVideoOptions) {
    super(env);
    const { recordFirstOnly = true, videoAspectRatio = [1, 1] } = options;
    this.#recorder = new VideoRecorder(env, options);
    this.#recordFirstOnly = recordFirstOnly;
    this.#aspectRatio = videoAspectRatio[0] / videoAspectRatio[1];
  }

  /** Whether a video is being recorded. */
  get recording(): boolean {
    return this.#recorder.recording;
  }

  override reset(options?: VectorResetOptions): MaybePromise<VectorResetResult<BatchOf<Observation>>> {
    const mask = options?.options?.resetMask as ArrayLike<unknown> | null | undefined;
    return whenReady(this.env.reset(options), (result) => {
      if (mask == null || mask[0]) {
        this.#recorder.nextEpisode();
        this.#startsAnew = false;
      }
      return this.#captured(result);
    }) as MaybePromise<VectorResetResult<BatchOf<Observation>>>;
  }

  override step(actions: VectorActions<Action>): MaybePromise<VectorStepResult<BatchOf<Observation>>> {
    return whenReady(this.env.step(actions), (result) => {
      const hasEnded = result[2][0] === 1 || result[3][0] === 1;
      if (this.#startsAnew || (hasEnded && this.autoresetMode === "same_step")) this.#recorder.nextEpisode();
      this.#startsAnew = hasEnded && this.autoresetMode === "next_step";
      this.#recorder.nextStep();
      return this.#captured(result);
    }) as MaybePromise<VectorStepResult<BatchOf<Observation>>>;
  }

  protected override closeExtras(): MaybePromise<void> {
    return whenReady(super.closeExtras(), () => this.#recorder.stop());
  }

  /** `result`, once the picture that goes with it is taken. */
  #captured<Result>(result: Result): MaybePromise<Result> {
    if (!this.recording) return result;
    return whenReady(this.env.render(), (rendered) => {
      const frames = (rendered ?? []).map((frame) => (Array.isArray(frame) ? frame.at(-1) : frame));
      if (frames.length !== this.numEnvs || !frames.every(isRgbFrame)) {
        throw new GymnasiumError(
          "bad-result",
          `render() of ${this.env} must give one image for each of ${this.numEnvs} environments, got ${describe(rendered)}.`,
        );
      }
      this.#recorder.add(this.#recordFirstOnly ? frames[0]! : tile(frames, this.#aspectRatio));
      return result;
    });
  }

  protected override ownState(): JsonValue {
    return { recorder: this.#recorder.state(), startsAnew: this.#startsAnew };
  }

  protected override restoreOwn(own: JsonValue): void {
    const { recorder, startsAnew } = own as { recorder: JsonValue; startsAnew: boolean };
    this.#recorder.restore(recorder);
    this.#startsAnew = startsAnew;
  }
}

/** Frames of one size in rows and columns without gaps, near to an aspect ratio; never more rows than columns. */
function tile(frames: readonly RgbFrame[], aspectRatio: number): RgbFrame {
  const { width, height } = frames[0]!;
  let rows = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let candidate = 1; candidate ** 2 <= frames.length; candidate++) {
    if (frames.length % candidate !== 0) continue;
    const columns = frames.length / candidate;
    const distance = Math.abs((columns * width) / (candidate * height) - aspectRatio);
    if (distance < least) {
      least = distance;
      rows = candidate;
    }
  }
  const columns = frames.length / rows;
  const data = new Uint8Array(frames.length * width * height * 3);
  for (const [index, frame] of frames.entries()) {
    const left = (index % columns) * width;
    const top = Math.floor(index / columns) * height;
    for (let row = 0; row < height; row++) {
      const line = frame.data.subarray(row * width * 3, (row + 1) * width * 3);
      data.set(line, ((top + row) * columns * width + left) * 3);
    }
  }
  return { width: columns * width, height: rows * height, data };
}
