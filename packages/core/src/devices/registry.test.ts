import { expect, test } from "vitest";
import { tensor } from "../index.ts";
import { createReferenceBackend } from "./reference/backend.ts";
import {
  currentDevice,
  type DeviceOptions,
  defineBackend,
  deviceNames,
  devices,
  onDevice,
  readsAtOnce,
  setDevice,
} from "./registry.ts";
import { createWasmBackend } from "./wasm/backend.ts";

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

test("options reach the device that has them; unknown ones, wrong values and later changes are refused by name", async () => {
  const before = currentDevice();
  const given: DeviceOptions[] = [];
  defineBackend({
    name: "with options",
    description: "for a test",
    options: ["threads"],
    create: (options) => {
      given.push(options);
      return { ...createReferenceBackend(), name: "with options" };
    },
  });
  const coded = (code: string, text: string) =>
    expect.objectContaining({ code, message: expect.stringContaining(text) });
  await expect(setDevice("with options", { treads: 2 })).rejects.toEqual(
    coded("option", "Options: threads."),
  );
  await expect(setDevice("reference", { threads: 2 })).rejects.toEqual(coded("option", "It has none."));
  expect(currentDevice()).toBe(before);
  await setDevice("with options", { threads: 2 });
  await setDevice("with options", { threads: 2 });
  await setDevice("with options");
  expect(given).toEqual([{ threads: 2 }]);
  await expect(setDevice("with options", { threads: 3 })).rejects.toEqual(coded("device", "runs already"));
  expect(() => createWasmBackend({ threads: 0 })).toThrow(coded("option", "threads"));
  expect(() => createWasmBackend({ build: "fast" as "relaxed" })).toThrow(coded("option", "build"));
  await setDevice(before);
});

test("a backend that calls itself otherwise is refused: tensors find their device by its name", async () => {
  defineBackend({ name: "renamed", description: "for a test", create: () => createWasmBackend() });
  await expect(setDevice("renamed")).rejects.toThrow(
    expect.objectContaining({ code: "device", message: expect.stringContaining('calls itself "wasm"') }),
  );
  const before = currentDevice();
  defineBackend({
    name: "second",
    description: "for a test",
    create: () => createWasmBackend({ name: "second" }),
  });
  await setDevice("second");
  const x = tensor([1, 2]);
  await setDevice(before);
  expect(x.mul(x).add(1).device).toBe("second");
});

test("onDevice changes the device for as long as a function runs, whatever comes of it", () => {
  const before = currentDevice();
  expect(onDevice("reference", () => currentDevice())).toBe("reference");
  expect(() =>
    onDevice("reference", () => {
      throw new Error("inside");
    }),
  ).toThrow("inside");
  expect(currentDevice()).toBe(before);
  expect(() => onDevice("nowhere", () => 1)).toThrow(expect.objectContaining({ code: "device" }));
});

test("readsAtOnce says whether the current device can", () => {
  const { readSync: _, ...unread } = createReferenceBackend();
  defineBackend({
    name: "asynchronous",
    description: "for a test",
    create: () => ({ ...unread, name: "asynchronous" }),
  });
  expect(readsAtOnce()).toBe(true);
  expect(onDevice("asynchronous", readsAtOnce)).toBe(false);
});
