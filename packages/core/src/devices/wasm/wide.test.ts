/**
 * The wide build: the bits of the relaxed one. Its code runs in every engine with relaxed SIMD (Node 20 with its flag), joined or
 * not; joined, it is tested in Chromium (`browser.test.ts`).
 */
import { setFlagsFromString } from "node:v8";
import { afterEach, describe, expect, test, vi } from "vitest";
import { checkBackend } from "../conformance/check-backend.ts";
import type { Kernel } from "../kernel.ts";
import { WasmBackend } from "./backend.ts";
import { hasRelaxedSimd, instantiateKernels, type WasmBuild } from "./instance.ts";
import { canJoin, startedJoining } from "./wide.ts";

setFlagsFromString("--experimental-wasm-relaxed-simd");
const reason = hasRelaxedSimd() ? "" : " (not run: no relaxed SIMD here)";

describe("which engines join vectors", () => {
  test.each([
    ["11.3.244.8", "x64", false],
    ["12.4.254.21", "x64", false],
    ["13.6.233.10", "x64", true],
    ["14.1.146.11", "x64", true],
    ["13.6.233.10", "arm64", false],
  ])("V8 %s on %s: %s", (v8, arch, expected) => {
    expect(canJoin({ arch, versions: { v8 } })).toBe(expected);
  });

  test("of a browser it is not known, so it may", () => {
    expect(canJoin({ arch: "x64", versions: {} })).toBe(true);
  });

  test("Node's flag asks for it", () => {
    expect(startedJoining({ execArgv: ["--experimental-wasm-revectorize"] })).toBe(true);
    expect(startedJoining({ execArgv: [] })).toBe(false);
  });
});

describe("choosing it", () => {
  afterEach(() => {
    vi.doUnmock("./wide.ts");
    vi.resetModules();
  });

  const chosenWhere = async (joins: boolean, started: boolean): Promise<typeof import("./instance.ts")> => {
    vi.resetModules();
    vi.doMock("./wide.ts", () => ({
      canJoin: () => joins,
      startedJoining: () => started,
      startJoining() {},
    }));
    return import("./instance.ts");
  };

  test.skipIf(!hasRelaxedSimd())("the builds that run here, the fastest last", async () => {
    expect((await chosenWhere(true, false)).wasmBuilds()).toEqual(["baseline", "relaxed", "wide"]);
    expect((await chosenWhere(false, true)).wasmBuilds()).toEqual(["baseline", "relaxed"]);
  });

  test.skipIf(!hasRelaxedSimd())("it is the default where Node was started with the flag", async () => {
    expect((await chosenWhere(true, true)).chooseBuild(undefined)).toBe("wide");
    expect((await chosenWhere(true, false)).chooseBuild(undefined)).toBe("relaxed");
    expect((await chosenWhere(false, true)).chooseBuild(undefined)).toBe("relaxed");
  });

  test.skipIf(!hasRelaxedSimd())("an engine that joins none refuses it, and says what to do", async () => {
    const { chooseBuild } = await chosenWhere(false, false);
    expect(() => chooseBuild("wide")).toThrow(
      expect.objectContaining({ code: "device", message: expect.stringContaining("Node 24") }),
    );
  });
});

describe.skipIf(!hasRelaxedSimd())(`the wide build${reason}`, () => {
  const backendOf = (build: WasmBuild): WasmBackend =>
    new WasmBackend(build, 64 * 2 ** 20, instantiateKernels({ build }));

  test("conforms", async () => {
    const report = await checkBackend(backendOf("wide"));
    expect(report.failed).toEqual([]);
    expect(report.passed).toBeGreaterThan(3000);
  });

  const wave = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.sin(i * 1.3));

  const product = (backend: WasmBackend, kernel: Extract<Kernel, { kind: "matmul" }>): Float32Array => {
    const { m, n, k } = kernel;
    const inputs = [m * k, k * n, n].slice(0, kernel.bias ? 3 : 2).map((length) => {
      const buffer = backend.allocate("float32", length);
      backend.write(buffer, wave(length));
      return buffer;
    });
    const output = backend.allocate("float32", m * n);
    backend.run(kernel, inputs, [output]);
    return backend.readSync(output) as Float32Array;
  };

  const [relaxed, wide] = [backendOf("relaxed"), backendOf("wide")];
  const cases = [1, 2, 3, 5, 6, 7, 8, 11, 12, 16, 17, 33].flatMap((m) =>
    [1, 4, 8, 15, 16, 17, 24, 31, 48].flatMap((n) => [1, 2, 4, 37, 300].map((k) => ({ m, n, k }))),
  );

  test.each([
    { transposeA: false, transposeB: false, bias: true, activation: "relu" },
    { transposeA: false, transposeB: true, bias: true, activation: "tanh" },
    { transposeA: true, transposeB: false, bias: false, activation: "none" },
  ] as const)("products of every shape have the bits of the relaxed build: $activation", (form) => {
    for (const sizes of cases) {
      const kernel = {
        kind: "matmul",
        dtype: "float32",
        batch: 1,
        batchStrideA: 0,
        batchStrideB: 0,
        ...sizes,
        ...form,
      } as const;
      const [expected, got] = [product(relaxed, kernel), product(wide, kernel)];
      expect(new Int32Array(got.buffer), JSON.stringify(sizes)).toEqual(new Int32Array(expected.buffer));
    }
  });

  // Only the last term of the sums is not 0: it decides their signs, and −2⁻²⁰⁰ is −0 in float32 where it is added in one rounding.
  test.each([
    { m: 1, k: 1 },
    { m: 4, k: 1 },
    { m: 8, k: 8 },
  ])("relu of a product makes −0 to 0 and leaves NaN, as relu alone does: %o", ({ m, k }) => {
    const n = 16;
    const [left, right, output] = [m * k, k * n, m * n].map((length) => wide.allocate("float32", length));
    const last = (values: readonly number[], length: number): Float32Array =>
      Float32Array.from({ length }, (_, i) => (i < length - n ? 0 : values[i % 4]!));
    wide.write(
      left!,
      Float32Array.from({ length: m * k }, (_, i) => (i % k === k - 1 ? 2 ** -100 : 0)),
    );
    wide.write(right!, last([-(2 ** -100), Number.NaN, -1, 2 ** 101], k * n));
    const form = { batch: 1, m, n, k, transposeA: false, transposeB: false, bias: false } as const;
    const strides = { batchStrideA: 0, batchStrideB: 0 } as const;
    const kernel = { kind: "matmul", dtype: "float32", ...form, ...strides, activation: "relu" } as const;
    wide.run(kernel, [left!, right!], [output!]);
    expect([...(wide.readSync(output!) as Float32Array)].slice(0, 4)).toEqual([0, Number.NaN, 0, 2]);
  });
});
