/**
 * The relaxed build, in an engine that has it: Node from 22 on, Node 20 with its flag. Where there is none, what is asked for is
 * refused and the baseline build is the default.
 */
import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { checkBackend } from "../conformance/check-backend.ts";
import type { Kernel } from "../kernel.ts";
import { createWasmBackend } from "./backend.ts";
import { chooseBuild, hasRelaxedSimd, wasmBuilds } from "./instance.ts";

const before = hasRelaxedSimd();
const defaultBefore = chooseBuild(undefined);
const buildsBefore = wasmBuilds();
const askedBefore = attempt(() => chooseBuild("relaxed"));
const wideBefore = attempt(() => chooseBuild("wide"));
setFlagsFromString("--experimental-wasm-relaxed-simd");
const has = hasRelaxedSimd();

function attempt<R>(fn: () => R): R | unknown {
  try {
    return fn();
  } catch (error) {
    return error;
  }
}

test.skipIf(before)(
  "an engine without relaxed SIMD gets the baseline build, and says so to who wants the other",
  () => {
    expect(defaultBefore).toBe("baseline");
    expect(buildsBefore).toEqual(["baseline"]);
    expect(askedBefore).toEqual(expect.objectContaining({ code: "device" }));
    const newer = expect.stringContaining("Node 24");
    expect(wideBefore).toEqual(expect.objectContaining({ code: "device", message: newer }));
  },
);

describe("with relaxed SIMD", () => {
  test.skipIf(!has)(
    "it is the default, conforms, and fuses multiply and add where the processor can",
    async () => {
      expect(chooseBuild(undefined)).toBe("relaxed");
      expect(chooseBuild("baseline")).toBe("baseline");
      const report = await checkBackend(createWasmBackend({ build: "relaxed" }));
      expect(report.failed).toEqual([]);
      expect(report.passed).toBeGreaterThan(3000);
    },
  );

  test.skipIf(!has)("a row of a batch equals the row alone there too", () => {
    const backend = createWasmBackend();
    const [k, n] = [300, 18];
    const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 1.3));
    const product = (a: Float32Array): Float32Array => {
      const [x, b, y] = [a.length, k * n, (a.length / k) * n].map((length) =>
        backend.allocate("float32", length),
      ) as [
        ReturnType<typeof backend.allocate>,
        ReturnType<typeof backend.allocate>,
        ReturnType<typeof backend.allocate>,
      ];
      backend.write(x, a);
      backend.write(b, wave(k * n));
      const kernel: Kernel = {
        kind: "matmul",
        dtype: "float32",
        batch: 1,
        m: a.length / k,
        n,
        k,
        transposeA: false,
        transposeB: true,
        batchStrideA: 0,
        batchStrideB: 0,
        bias: false,
        activation: "none",
      };
      backend.run(kernel, [x, b], [y]);
      return backend.readSync(y) as Float32Array;
    };
    const whole = product(wave(64 * k));
    for (const rows of [1, 2, 3, 4, 7, 33]) {
      expect(product(wave(64 * k).slice(0, rows * k))).toEqual(whole.slice(0, rows * n));
    }
  });
});
