import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { make } from "../registration/make.ts";
import { registry } from "../registration/registry.ts";
import { setWarningHandler } from "../warning.ts";

let warnings: string[];
beforeEach(() => {
  warnings = [];
  setWarningHandler((message) => warnings.push(message));
});
afterEach(() => {
  setWarningHandler(null);
});

describe("render modes", () => {
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
