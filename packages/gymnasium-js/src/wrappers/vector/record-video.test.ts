import { describe, expect, it } from "vitest";
import { Env, type EnvMetadata, type ResetResult, type RgbFrame, type StepResult } from "../../env.ts";
import { readGif } from "../../fixtures/read-gif.ts";
import { Discrete } from "../../spaces/discrete.ts";
import { SyncVectorEnv } from "../../vector/sync-vector-env.ts";
import type { AutoresetMode } from "../../vector/vector-env.ts";
import { VectorRecordVideo, type VectorRecordVideoOptions } from "./record-video.ts";

/** Its picture, 2 × 1, is the step, the episode and the length of the episode. */
class Clock extends Env<Discrete, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array"], renderFps: 10 };
  readonly observationSpace: Discrete = new Discrete(100);
  readonly actionSpace: Discrete = new Discrete(2);
  #time = 0;
  #episode = -1;
  readonly #length: number;

  constructor(length: number, renderMode: string | null = "rgb_array") {
    super();
    this.#length = length;
    this.renderMode = renderMode;
  }

  override reset(): ResetResult<number> {
    this.#time = 0;
    this.#episode += 1;
    return [0, {}];
  }

  override step(): StepResult<number> {
    this.#time += 1;
    return [this.#time, 1, this.#time === this.#length, false, {}];
  }

  override render(): RgbFrame {
    const pixel = [this.#time, this.#episode, this.#length];
    return { width: 2, height: 1, data: Uint8Array.of(...pixel, ...pixel) };
  }
}

type Gif = ReturnType<typeof readGif>;

function clocks(lengths: readonly number[], autoresetMode: AutoresetMode): SyncVectorEnv<Discrete, Discrete> {
  return new SyncVectorEnv(
    lengths.map((length) => () => new Clock(length)),
    { autoresetMode },
  );
}

function run(mode: AutoresetMode, steps: number, options: VectorRecordVideoOptions = {}): Map<string, Gif> {
  const videos = new Map<string, Gif>();
  const envs = new VectorRecordVideo(clocks([2, 3, 4, 5, 6, 7], mode), {
    save: (name, bytes) => videos.set(name, readGif(bytes)),
    ...options,
  });
  envs.reset();
  for (let step = 0; step < steps; step++) envs.step(new Int32Array(6));
  envs.close();
  return videos;
}

/** Step and episode of the first environment in every frame. */
function shown(video: Gif | undefined): number[][] {
  return video!.frames.map(({ rgb }) => [rgb[0]!, rgb[1]!]);
}

describe("VectorRecordVideo", () => {
  it("next_step: an episode of the first environment, from its start to its end", () => {
    const videos = run("next_step", 7);
    expect([...videos.keys()]).toEqual(["rl-video-episode-0.gif", "rl-video-episode-1.gif"]);
    const episode = (number: number): number[][] => [0, 1, 2].map((step) => [step, number]);
    expect(shown(videos.get("rl-video-episode-0.gif"))).toEqual(episode(0));
    expect(shown(videos.get("rl-video-episode-1.gif"))).toEqual(episode(1));
  });

  it("same_step: the last frame is already the next start", () => {
    const videos = run("same_step", 4);
    expect(shown(videos.get("rl-video-episode-0.gif"))).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(shown(videos.get("rl-video-episode-1.gif"))).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  it("disabled: a reset of others is the same episode", () => {
    const videos = new Map<string, Gif>();
    const save = (name: string, bytes: Uint8Array): void => void videos.set(name, readGif(bytes));
    const envs = new VectorRecordVideo(clocks([3, 1], "disabled"), { save });
    envs.reset();
    envs.step(new Int32Array(2));
    envs.reset({ options: { resetMask: [false, true] } });
    expect([...videos.keys()]).toEqual([]);
    envs.reset({ options: { resetMask: [true, false] } });
    expect([...videos.keys()]).toEqual(["rl-video-episode-0.gif"]);
    expect(shown(videos.get("rl-video-episode-0.gif"))).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
    ]);
  });

  it("shows all environments as tiles near to the aspect ratio", () => {
    const tiled = (ratio: readonly [number, number]): Gif =>
      run("next_step", 1, { recordFirstOnly: false, videoAspectRatio: ratio }).get("rl-video-episode-0.gif")!;
    const { width, height, frames } = tiled([3, 1]);
    expect([width, height]).toEqual([6, 2]);
    const lengths = Array.from({ length: 6 }, (_, i) => frames[1]!.rgb[i * 2 * 3 + 2]);
    expect(lengths).toEqual([2, 3, 4, 5, 6, 7]);
    expect([tiled([12, 1]).width, tiled([12, 1]).height]).toEqual([12, 1]);
  });

  it("starts at steps, for a length that spans episodes", () => {
    const videos = run("next_step", 6, { stepTrigger: (step) => step === 1, videoLength: 3 });
    expect([...videos.keys()]).toEqual(["rl-video-step-1.gif"]);
    expect(shown(videos.get("rl-video-step-1.gif"))).toEqual([
      [2, 0],
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it("refuses environments without images", () => {
    const silent = new SyncVectorEnv([() => new Clock(2, null)]);
    expect(() => new VectorRecordVideo(silent, { save: () => {} })).toThrow(
      expect.objectContaining({ code: "unsupported-mode" }),
    );
  });
});
