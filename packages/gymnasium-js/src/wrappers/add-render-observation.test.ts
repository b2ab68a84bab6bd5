import { describe, expect, it } from "vitest";
import { Env, type EnvMetadata, type ResetResult, type RgbFrame, type StepResult } from "../env.ts";
import type { Box } from "../spaces/box.ts";
import { Dict } from "../spaces/dict.ts";
import { Discrete } from "../spaces/discrete.ts";
import type { Space } from "../spaces/space.ts";
import { AddRenderObservation } from "./add-render-observation.ts";
import { applyWrapper } from "./built-in-wrappers.ts";

/** Counts its steps and shows the count as a picture of 2 × 3 pixels; needs no canvas. */
class Counter extends Env<Space, Discrete> {
  static override readonly metadata: EnvMetadata = { renderModes: ["rgb_array", "ansi"] };
  readonly observationSpace: Space;
  readonly actionSpace: Discrete = new Discrete(1);
  #count = 0;

  constructor(renderMode: string | null, isDict = false) {
    super();
    this.renderMode = renderMode;
    this.observationSpace = isDict ? (new Dict({ count: new Discrete(99) }) as Space) : new Discrete(99);
  }

  #observe(): unknown {
    return this.observationSpace instanceof Dict ? { count: this.#count } : this.#count;
  }

  override reset(): ResetResult<unknown> {
    this.#count = 0;
    return [this.#observe(), {}];
  }

  override step(): StepResult<unknown> {
    this.#count += 1;
    return [this.#observe(), 0, false, false, {}];
  }

  override render(): RgbFrame | string {
    if (this.renderMode === "ansi") return String(this.#count);
    return { height: 2, width: 3, data: new Uint8Array(18).fill(this.#count) };
  }
}

const picture = (count: number): Uint8Array => new Uint8Array(18).fill(count);

describe("AddRenderObservation", () => {
  it("replaces the observation by the picture after it", () => {
    const env = new AddRenderObservation(new Counter("rgb_array"));
    const space: Box<"uint8"> = env.observationSpace;
    expect([space.shape, space.dtype]).toEqual([[2, 3, 3], "uint8"]);
    expect(env.reset()[0]).toEqual(picture(0));
    expect(env.step(0)[0]).toEqual(picture(1));
    expect(env.step(0)[0]).toEqual((env.render() as RgbFrame).data);
    expect(space.contains(env.step(0)[0])).toBe(true);
  });

  it("puts it beside the observation under the names given, and into a Dict", () => {
    const beside = new AddRenderObservation<Dict>(new Counter("rgb_array"), false);
    expect(beside.observationSpace.keys).toEqual(["pixels", "state"]);
    expect(beside.reset()[0]).toEqual({ state: 0, pixels: picture(0) });
    expect(beside.observationSpace.contains(beside.step(0)[0])).toBe(true);
    const named = new AddRenderObservation(new Counter("rgb_array"), false, "image", "number");
    named.reset();
    expect(named.step(0)[0]).toEqual({ number: 1, image: picture(1) });
    const inDict = new AddRenderObservation<Dict>(new Counter("rgb_array", true), false);
    expect(inDict.reset()[0]).toEqual({ count: 0, pixels: picture(0) });
    expect(inDict.observationSpace.contains(inDict.step(0)[0])).toBe(true);
  });

  it("is made again by its spec", () => {
    const args = [false, "image", "number"] as const;
    const again = applyWrapper(new Counter("rgb_array") as unknown as Env, {
      name: "AddRenderObservation",
      args,
    });
    expect(again.reset()[0]).toEqual({ number: 0, image: picture(0) });
  });

  it.each([
    ["no render mode", () => new AddRenderObservation(new Counter(null)), "unsupported-mode"],
    ["text", () => new AddRenderObservation(new Counter("ansi")), "unsupported-mode"],
    [
      "a taken key",
      () => new AddRenderObservation(new Counter("rgb_array", true), false, "count"),
      "bad-kwarg",
    ],
    ["equal keys", () => new AddRenderObservation(new Counter("rgb_array"), false, "state"), "bad-kwarg"],
  ])("refuses %s", (_, run, code) => {
    expect(run).toThrow(expect.objectContaining({ code }));
  });
});
