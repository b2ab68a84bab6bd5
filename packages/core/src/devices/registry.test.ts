import { expect, test } from "vitest";
import { currentDevice, defineBackend, deviceNames, devices } from "./registry.ts";

test("devices asks only the devices that are named", async () => {
  const asked: string[] = [];
  for (const name of ["asked", "not asked"]) {
    defineBackend({
      name,
      description: "for a test",
      create: () => {
        throw new Error("never made");
      },
      unavailable: () => {
        asked.push(name);
        return "it is for a test.";
      },
      details: () => "never asked, because it is not available",
    });
  }
  expect(await devices(["wasm", "asked"])).toEqual([
    expect.objectContaining({ name: "wasm", available: true, current: currentDevice() === "wasm" }),
    {
      name: "asked",
      description: "for a test",
      available: false,
      reason: "it is for a test.",
      current: false,
    },
  ]);
  expect(asked).toEqual(["asked"]);
  expect(deviceNames()).toEqual(["reference", "wasm", "webgpu", "tensorflow", "asked", "not asked"]);
  await expect(devices(["wams"])).rejects.toThrow(
    expect.objectContaining({ code: "device", message: expect.stringContaining("reference, wasm") }),
  );
});
