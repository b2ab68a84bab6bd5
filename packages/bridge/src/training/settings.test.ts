import { describe, expect, it } from "vitest";
import { resolveSettings } from "./settings.ts";
import { train } from "./train.ts";

describe("settings", () => {
  it("lets squashed actions and log σ of the network replace noise that is tuned", () => {
    const tuned = { noiseEvery: 4 };
    expect(resolveSettings(null, {}, tuned).noiseEvery).toBe(4);
    expect(resolveSettings(null, { squash: true }, tuned).noiseEvery).toBeNull();
    expect(resolveSettings(null, { logStd: "network" }, tuned).noiseEvery).toBeNull();
    expect(resolveSettings(null, { squash: true, noiseEvery: 2 }, tuned).noiseEvery).toBe(2); // refused with the policy
  });

  it("refuses wrong settings by name before anything runs", async () => {
    await expect(train({ env: "CartPole-v1", epochs: 0 })).rejects.toMatchObject({
      code: "settings",
      message: /epochs = 0/,
    });
    await expect(train({ env: "CartPole-v1", gamma: 2 })).rejects.toMatchObject({ code: "settings" });
    await expect(train({ env: "CartPole-v1", device: "gpu" })).rejects.toMatchObject({ code: "device" });
    await expect(train({ env: "CartPoll-v1" })).rejects.toThrow(/CartPole/);
  });
});
