import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RgbFrame } from "../env.ts";
import { hasCanvas } from "../fixtures/has-canvas.ts";
import { make } from "../registration/make.ts";
import { makeVec } from "../registration/make-vec.ts";
import { registry } from "../registration/registry.ts";
import { setWarningHandler } from "../warning.ts";
import { drawCartPole } from "./classic-control.ts";

let warnings: string[];
beforeEach(() => {
  warnings = [];
  setWarningHandler((message) => warnings.push(message));
});
afterEach(() => {
  setWarningHandler(null);
});

describe.skipIf(!hasCanvas)("vector environments (need a canvas package)", () => {
  it.each(["vector_entry_point", "sync"] as const)("%s: draws every environment as it is", (mode) => {
    const options = { numEnvs: 3, vectorizationMode: mode, renderMode: "rgb_array" };
    const envs = makeVec("CartPole-v1", options);
    expect(envs.renderMode).toBe("rgb_array");
    expect(envs.metadata.renderModes).toContain("rgb_array");
    const [observations] = envs.reset({ seed: 3 });
    const [moved] = envs.step(Int32Array.of(0, 1, 1));
    const frames = envs.render() as RgbFrame[];
    expect(observations).toHaveLength(12);
    for (const [i, frame] of frames.entries()) {
      // The observation is the float32 of the state that is drawn: close enough for every pixel here.
      const expected = drawCartPole(moved[i * 4]!, moved[i * 4 + 2]!);
      expect(Buffer.compare(frame.data, expected.data)).toBe(0);
    }
    expect(frames).toHaveLength(3);
    expect(Buffer.compare(frames[0]!.data, frames[1]!.data)).not.toBe(0);
  });
});

describe("render modes", () => {
  it("CartPole in one loop: null and a warning without one, errors for unknown ones and before reset", () => {
    const envs = makeVec("CartPole-v1", { numEnvs: 2 });
    expect(() => envs.render()).toThrow(expect.objectContaining({ code: "reset-needed" }));
    envs.reset({ seed: 1 });
    expect(envs.render()).toBeNull();
    expect(warnings).toHaveLength(1);
    expect(() => makeVec("CartPole-v1", { numEnvs: 2, renderMode: "ansi" })).toThrow(
      expect.objectContaining({ code: "unsupported-mode" }),
    );
  });

  it.each([...registry.keys()])("%s: null and a warning without one, an error for unknown ones", (id) => {
    const env = make(id, { disableEnvChecker: true });
    env.reset({ seed: 0 });
    warnings = [];
    expect(env.render()).toBeNull();
    expect(warnings).toEqual([expect.stringContaining(`make("${id}", { renderMode: "rgb_array" })`)]);
    expect(env.metadata.renderModes).toContain("rgb_array");
    expect(() => make(id, { renderMode: "rgb" })).toThrow(
      expect.objectContaining({ code: "unsupported-mode", message: expect.stringContaining("rgb_array") }),
    );
  });

  it.each([...registry.keys()])("%s: an error before the first reset", (id) => {
    const env = make(id, { renderMode: "rgb_array" });
    const early = expect.objectContaining({ code: "reset-needed" });
    expect(() => env.render()).toThrow(early);
    expect(() => env.unwrapped.render()).toThrow(early);
  });
});
