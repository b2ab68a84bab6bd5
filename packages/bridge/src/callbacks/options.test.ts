import { describe, expect, it } from "vitest";
import { checkpoint } from "./checkpoint.ts";
import { stopOnReturn } from "./stop-on-return.ts";

describe("options of callbacks", () => {
  it("are refused where they could never take effect", () => {
    for (const every of [0, -1, 1.5, Number.NaN]) {
      expect(() => checkpoint("run.safetensors", { every })).toThrow(/every must be a positive integer/);
    }
    expect(() => stopOnReturn(Number.NaN)).toThrow(/threshold must be a finite number/);
  });
});
