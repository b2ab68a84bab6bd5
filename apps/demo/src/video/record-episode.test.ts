import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePolicy, resolveSettings } from "@gradbridge/bridge";
import { make } from "gymnasium-js";
import { describe, expect, it } from "vitest";
import { recordEpisode } from "./record-episode.ts";

describe("recordEpisode", () => {
  const policy = makePolicy(make("CartPole-v1"), resolveSettings("CartPole-v1", {}));

  it("writes one episode as an animated GIF, one frame per step and one for the start", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "gradbridge-")), "videos");
    const path = recordEpisode(policy, {
      id: "CartPole-v1",
      folder,
      seed: 3,
      deterministic: true,
      actionMask: false,
    });
    const bytes = await readFile(path);
    expect(bytes.subarray(0, 6).toString("latin1")).toBe("GIF89a");
    const frames = bytes.toString("latin1").split("\x21\xf9\x04").length - 1; // graphic control extensions
    expect(frames).toBeGreaterThan(8);
    expect(frames).toBeLessThan(20); // an untrained policy that always pushes one way falls within 20 steps
  });

  it("refuses an environment that draws no images, by name", () => {
    const record = (): string =>
      recordEpisode(policy, {
        id: "Nowhere-v0",
        folder: "x",
        seed: 0,
        deterministic: true,
        actionMask: false,
      });
    expect(record).toThrow(/--video: .*Nowhere/);
  });
});
