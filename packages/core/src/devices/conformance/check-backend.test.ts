import { expect, test } from "vitest";
import type { Backend } from "../backend.ts";
import { createReferenceBackend } from "../reference/backend.ts";
import { createWasmBackend } from "../wasm/backend.ts";
import { checkBackend } from "./check-backend.ts";

test("the wasm backend conforms to the reference", async () => {
  const report = await checkBackend(createWasmBackend());
  expect(report.failed.slice(0, 20)).toEqual([]);
  expect(report.passed).toBeGreaterThan(3000);
});

test("the wasm backend conforms when every buffer is evicted and comes back", async () => {
  const report = await checkBackend(createWasmBackend({ residentBytes: 65536 }));
  expect(report.failed.slice(0, 20)).toEqual([]);
});

/** The reference with one thing wrong. */
function broken(run: Backend["run"]): Backend {
  return { ...createReferenceBackend(), run };
}

test("a backend that is wrong in one kernel is caught, and told which", async () => {
  const good = createReferenceBackend();
  const report = await checkBackend(
    broken((kernel, inputs, outputs) => {
      good.run(kernel.kind === "cumsum" ? { ...kernel, reverse: false } : kernel, inputs, outputs);
    }),
  );
  expect(report.failed.length).toBeGreaterThan(10);
  expect(report.failed.every(({ kernel }) => kernel.kind === "cumsum" && kernel.reverse)).toBe(true);
  expect(report.failed[0]!.message).toMatch(/^output 0: element \d+: want .*, got /);
});

test("writing into an input is caught", async () => {
  const good = createReferenceBackend();
  const report = await checkBackend(
    broken((kernel, inputs, outputs) => {
      good.run(kernel, inputs, outputs);
      if (kernel.kind === "where" && inputs[1]!.length > 0) {
        good.write(inputs[1]!, good.readSync!(inputs[1]!).fill(5));
      }
    }),
  );
  expect(report.failed.length).toBeGreaterThan(0);
  expect(report.failed[0]!.message).toContain("input 1, which it must not change");
});

test("running a float-only kernel on int32 is caught", async () => {
  const good = createReferenceBackend();
  const report = await checkBackend(
    broken((kernel, inputs, outputs) => {
      if (kernel.kind === "softmax" && kernel.dtype === "int32") return;
      good.run(kernel, inputs, outputs);
    }),
  );
  expect(report.failed[0]!.message).toContain('should refuse int32 with a GradbridgeError of code "dtype"');
});
