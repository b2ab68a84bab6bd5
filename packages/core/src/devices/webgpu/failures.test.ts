import { describe, expect, test } from "vitest";
import { describeWebGpu } from "../../fixtures/describe-webgpu.ts";
import { setDevice, tensor } from "../../index.ts";
import { createReferenceBackend } from "../reference/backend.ts";
import { createWebGpuBackend } from "./backend.ts";
import { WebGpuDevice } from "./device.ts";
import { findAdapter, requestDevice } from "./gpu.ts";
import { Health } from "./health.ts";

const code = (expected: string): object => expect.objectContaining({ code: expected });

describeWebGpu("webgpu refuses", (backend) => {
  test("buffers of another device, or another instance", async () => {
    const foreign = createReferenceBackend().allocate("float32", 3);
    const own = backend().allocate("float32", 3);
    const kernel = { kind: "unary", op: "neg", dtype: "float32", length: 3 } as const;
    expect(() => backend().run(kernel, [foreign], [own])).toThrow(code("device"));
    const other = await createWebGpuBackend();
    expect(() => backend().run(kernel, [other.allocate("float32", 3)], [own])).toThrow(code("device"));
    other.dispose();
    await expect(backend().read(foreign)).rejects.toThrow(/another device allocated/);
  });

  test("float64", () => {
    expect(() => backend().allocate("float64", 3)).toThrow(code("dtype"));
    const x = backend().allocate("float32", 3);
    const cast = { kind: "cast", dtype: "float32", to: "float64", length: 3 } as const;
    expect(() => backend().run(cast, [x], [x])).toThrow(code("dtype"));
  });

  test("freed buffers, wrong lengths, and what is too large for the device", () => {
    const x = backend().allocate("float32", 3);
    expect(() => backend().write(x, new Float32Array(4))).toThrow(code("shape"));
    expect(() => backend().write(x, new Int32Array(3))).toThrow(code("dtype"));
    backend().free(x);
    expect(() => backend().write(x, new Float32Array(3))).toThrow(code("freed"));
    expect(() => backend().allocate("float32", 2 ** 40)).toThrow(code("out-of-memory"));
  });
});

describeWebGpu("webgpu", (backend) => {
  test("values written over a buffer that pending kernels read come after them", async () => {
    const [x, y] = [backend().allocate("float32", 4), backend().allocate("float32", 4)];
    backend().write(x, Float32Array.of(1, 2, 3, 4));
    backend().run({ kind: "unary", op: "square", dtype: "float32", length: 4 }, [x], [y]);
    backend().write(x, Float32Array.of(9, 9, 9, 9));
    expect([...(await backend().read(y))]).toEqual([1, 4, 9, 16]);
    expect([...(await backend().read(x))]).toEqual([9, 9, 9, 9]);
  });

  test("memory that nobody frees comes back in a loop that yields", async () => {
    const used: number[] = [];
    for (let i = 0; i < 400; i++) {
      backend().allocate("float32", 2 ** 20);
      await new Promise((resolve) => setTimeout(resolve));
      used.push(backend().usedBytes);
    }
    expect(Math.max(...used)).toBeLessThan(1.2 * 2 ** 30); // of 1.6 GiB
  }, 60_000);
});

test("out of memory, as the device reports it, has a code of its own", () => {
  class GPUOutOfMemoryError {
    readonly message = "no more";
  }
  const device = { lost: new Promise(() => {}), onuncapturederror: null } as unknown as GPUDevice;
  const health = new Health(device);
  health.check();
  const event = { error: new GPUOutOfMemoryError(), preventDefault: () => {} };
  device.onuncapturederror!(event as unknown as GPUUncapturedErrorEvent);
  expect(() => health.check()).toThrow(code("out-of-memory"));
});

describe("a device that fails", () => {
  describeWebGpu("loses its adapter", () => {
    test("every later use says so, with a code", async () => {
      const found = await findAdapter();
      if (typeof found === "string") throw new Error(found);
      const device = await requestDevice(found.adapter);
      const backend = new WebGpuDevice(device, found.description, { bindingBytes: 65536, workgroups: 1 });
      const x = backend.allocate("float32", 3);
      backend.write(x, Float32Array.of(1, 2, 3));
      const reading = backend.read(x);
      device.destroy();
      await expect(reading).rejects.toThrow(code("device-lost"));
      await expect(backend.read(x)).rejects.toThrow(code("device-lost"));
      expect(() => backend.allocate("float32", 1)).toThrow(/device was lost .* last checkpoint/s);
    });

    test("an error that the device reports is thrown at the next use", async () => {
      const found = await findAdapter();
      if (typeof found === "string") throw new Error(found);
      const device = await requestDevice(found.adapter);
      const backend = new WebGpuDevice(device, found.description, { bindingBytes: 65536, workgroups: 1 });
      const x = backend.allocate("float32", 3);
      device.createBuffer({ size: 16, usage: 0 });
      await expect(backend.read(x)).rejects.toThrow(code("device"));
      backend.dispose();
    });
  });

  describeWebGpu("is disposed of", (backend) => {
    test("says so", async () => {
      const x = backend().allocate("float32", 3);
      backend().dispose();
      await expect(backend().read(x)).rejects.toThrow(/disposed of/);
    });
  });

  describeWebGpu("as the current one", () => {
    test("is made anew by setDevice", async () => {
      await setDevice("webgpu");
      const before = tensor([1, 2]);
      before.storage.backend.dispose();
      expect(() => tensor([3])).toThrow(code("device"));
      await setDevice("webgpu");
      expect([...(await tensor([3]).add(1).data())]).toEqual([4]);
      await expect(before.data()).rejects.toThrow(code("device"));
    });
  });
});
