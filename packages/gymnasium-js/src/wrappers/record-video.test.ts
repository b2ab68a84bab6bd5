import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Env, type EnvMetadata, type ResetResult, type RgbFrame, type StepResult } from "../env.ts";
import { hasCanvas } from "../fixtures/has-canvas.ts";
import { readGif } from "../fixtures/read-gif.ts";
import { make } from "../registration/make.ts";
import { cappedCubicVideoSchedule, type RecordVideoOptions } from "../rendering/video-recorder.ts";
import { Discrete } from "../spaces/discrete.ts";
import { setWarningHandler } from "../warning.ts";
import { RecordVideo } from "./record-video.ts";
import { RenderCollection } from "./render-collection.ts";

/** Its picture is the number of steps taken; an episode takes `length` of them. */
class Clock extends Env<Discrete, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array", "ansi"], renderFps: 20 };
  readonly observationSpace: Discrete = new Discrete(1000);
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

  override render(): RgbFrame | string {
    if (this.renderMode === "ansi") return "tick";
    return { width: 1, height: 2, data: Uint8Array.of(this.#time, 0, 0, this.#episode, 0, 0) };
  }

  override state(): number {
    return this.#time;
  }

  override restore(state: unknown): void {
    this.#time = Number(state);
  }
}

/** Which frames every saved video shows: `[step, episode]`. */
type Videos = Record<string, (readonly [step: number, episode: number])[]>;

function run(
  episodes: number,
  options: RecordVideoOptions,
  env: Env<Discrete, Discrete> = new Clock(3),
): Videos {
  const videos: Videos = {};
  const save = (name: string, bytes: Uint8Array): void => {
    videos[name] = readGif(bytes).frames.map(({ rgb }) => [rgb[0]!, rgb[3]!] as const);
  };
  const recorder = new RecordVideo(env, { save, ...options });
  for (let episode = 0; episode < episodes; episode++) {
    recorder.reset();
    for (let ended = false; !ended; ) ended = recorder.step(0)[2];
  }
  recorder.close();
  return videos;
}

let warnings: string[];
let folder: string;
beforeEach(() => {
  warnings = [];
  setWarningHandler((message) => warnings.push(message));
  folder = mkdtempSync(join(tmpdir(), "record-video-"));
});
afterEach(() => {
  setWarningHandler(null);
  rmSync(folder, { recursive: true });
});

describe("RecordVideo", () => {
  it("records the episodes 0, 1, 8, 27 … and every thousandth by default", () => {
    const chosen = Array.from({ length: 3001 }, (_, episode) => episode).filter(cappedCubicVideoSchedule);
    expect(chosen).toEqual([0, 1, 8, 27, 64, 125, 216, 343, 512, 729, 1000, 2000, 3000]);
    expect(Object.keys(run(10, {}))).toEqual([
      "rl-video-episode-0.gif",
      "rl-video-episode-1.gif",
      "rl-video-episode-8.gif",
    ]);
  });

  it("shows the start and every step of a chosen episode", () => {
    const videos = run(4, { episodeTrigger: (episode) => episode === 2, namePrefix: "clock" });
    expect(videos).toEqual({
      "clock-episode-2.gif": [
        [0, 2],
        [1, 2],
        [2, 2],
        [3, 2],
      ],
    });
  });

  it("starts at chosen steps and ends with the episode", () => {
    expect(run(3, { stepTrigger: (step) => step === 4 })).toEqual({
      "rl-video-step-4.gif": [
        [2, 1],
        [3, 1],
      ],
    });
  });

  it("spans episodes where a length is given: the start and that many steps", () => {
    expect(run(3, { episodeTrigger: (episode) => episode === 0, videoLength: 5 })).toEqual({
      "rl-video-episode-0.gif": [
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 0],
        [0, 1],
        [1, 1],
      ],
    });
  });

  it("writes files into a folder, at the environment's frame rate or another", () => {
    const nested = join(folder, "a", "b");
    const recorder = new RecordVideo(new Clock(2), { videoFolder: nested });
    recorder.reset();
    recorder.step(0);
    expect(recorder.recording).toBe(true);
    recorder.close();
    recorder.close();
    expect(readdirSync(nested)).toEqual(["rl-video-episode-0.gif"]);
    const { frames, width, height } = readGif(readFileSync(join(nested, "rl-video-episode-0.gif")));
    expect([width, height, ...frames.map(({ delay }) => delay)]).toEqual([1, 2, 5, 5]);
    expect(warnings).toEqual([]);
    new RecordVideo(new Clock(2), { videoFolder: nested, fps: 10 });
    expect(warnings).toEqual([expect.stringContaining("there already")]);
  });

  it("leaves a list of frames to whoever calls render", () => {
    const recorder = new RecordVideo(new RenderCollection(new Clock(3)), { save: () => {} });
    recorder.reset();
    recorder.step(0);
    recorder.step(0);
    const frames = recorder.render() as RgbFrame[];
    expect(frames.map(({ data }) => data[0])).toEqual([0, 1, 2]);
    expect(recorder.render()).toEqual([]);
  });

  it.skipIf(!hasCanvas)(
    "records a registered environment, and is made again from its spec (needs a canvas package)",
    () => {
      const env = make("FrozenLake-v1", { renderMode: "rgb_array" });
      const recorder = new RecordVideo(env, { videoFolder: folder, videoLength: 4 });
      expect(recorder.spec!.additionalWrappers).toEqual([
        { name: "RecordVideo", args: [{ videoFolder: folder, videoLength: 4 }] },
      ]);
      const again = make(recorder.spec!, { renderMode: "rgb_array" });
      again.reset({ seed: 1 });
      for (let step = 0; step < 4; step++) again.step(2);
      expect(readdirSync(folder)).toEqual(["rl-video-episode-0.gif"]);
      const { frames, width, height } = readGif(readFileSync(join(folder, "rl-video-episode-0.gif")));
      expect([frames.length, width, height]).toEqual([5, 256, 256]);
      const own = new RecordVideo(env, { videoFolder: folder, stepTrigger: () => false });
      expect(own.spec!.additionalWrappers[0]!.args).toBeNull();
    },
  );

  it("goes on counting after restore", () => {
    const recorder = new RecordVideo(new Clock(3), { save: () => {} });
    recorder.reset();
    recorder.step(1);
    const other = new RecordVideo(new Clock(3), { save: () => {} });
    other.restore(recorder.state());
    expect([other.episodeId, other.stepId]).toEqual([0, 0]);
  });

  it("refuses what it cannot record", () => {
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => new RecordVideo(new Clock(2, null), { save: () => {} })).toThrow(code("unsupported-mode"));
    expect(() => new RecordVideo(new Clock(2, "ansi"), { save: () => {} })).toThrow(code("unsupported-mode"));
    expect(() => new RecordVideo(new Clock(2), {})).toThrow(code("bad-kwarg"));
    expect(() => new RecordVideo(new Clock(2), { save: () => {}, videoLength: 1.5 })).toThrow(
      code("bad-kwarg"),
    );
    expect(() => new RecordVideo(new Clock(2), { save: () => {}, fps: 0 })).toThrow(code("bad-kwarg"));
  });

  it("stops with a warning where frames turn out not to be images", () => {
    const clock = new Clock(2);
    const saved: string[] = [];
    const recorder = new RecordVideo(clock, { save: (name) => saved.push(name) });
    recorder.reset();
    clock.renderMode = "ansi";
    recorder.step(0);
    expect(recorder.recording).toBe(false);
    expect(warnings).toEqual([expect.stringContaining('got "tick"')]);
    expect(saved).toEqual(["rl-video-episode-0.gif"]);
  });
});
