import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { whyNoWebGpu } from "../../fixtures/why-no-webgpu.ts";
import { devices } from "../../index.ts";
import { checkBackend } from "../conformance/check-backend.ts";
import { createWebGpuBackend, type WebGpuBackend } from "./backend.ts";

const reason = await whyNoWebGpu();
const suite = reason === null ? describe : describe.skip;

suite(`webgpu${reason === null ? "" : ` (not run: ${reason})`}`, () => {
  let backend: WebGpuBackend;
  beforeAll(async () => {
    backend = await createWebGpuBackend();
  });
  afterAll(() => backend.dispose());

  test("conforms to the reference", async () => {
    const report = await checkBackend(backend, { subnormals: false });
    expect(report.failed.slice(0, 20)).toEqual([]);
    expect(report.passed).toBeGreaterThan(4500);
  }, 300_000);

  test("the list of devices names the adapter, and says where it is software", async () => {
    const found = (await devices()).find(({ name }) => name === "webgpu")!;
    expect(found.available).toBe(true);
    expect(found.details).toBe(backend.adapter);
    if (/swiftshader/i.test(backend.adapter)) expect(found.details).toContain("software adapter");
  });
});
