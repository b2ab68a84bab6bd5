import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Backend, DeviceBuffer, Program } from "../backend.ts";
import { checkBackend } from "../conformance/check-backend.ts";
import type { Kernel } from "../kernel.ts";
import { createWasmBackend, type WasmBackend } from "./backend.ts";
import { instantiateKernels } from "./instance.ts";
import type { WasmKernel } from "./launch.ts";
import { PagedMemory } from "./paged-memory.ts";
import { WasmProgram } from "./program.ts";
import { programContext } from "./program-code.ts";

const fill = (length: number, value: number): Kernel => ({ kind: "fill", dtype: "float32", length, value });
const square = (length: number): Kernel => ({ kind: "unary", op: "square", dtype: "float32", length });

function filled(backend: Backend, length: number, value: number): DeviceBuffer {
  const buffer = backend.allocate("float32", length);
  backend.write(buffer, new Float32Array(length).fill(value));
  return buffer;
}

/** x → x² → fourth power, x being the program's input. */
function fourthPower(backend: WasmBackend, length: number): { program: Program; y: DeviceBuffer } {
  const [x, squared, y] = [0, 0, 0].map(() => filled(backend, length, 0)) as [
    DeviceBuffer,
    DeviceBuffer,
    DeviceBuffer,
  ];
  const launches = [
    { kernel: square(length), inputs: [x], outputs: [squared] },
    { kernel: square(length), inputs: [squared], outputs: [y] },
  ];
  return { program: backend.record(launches, [x]), y };
}

test("every kernel conforms when it runs as a program", async () => {
  const backend = createWasmBackend();
  const run = (
    kernel: WasmKernel,
    inputs: readonly DeviceBuffer[],
    outputs: readonly DeviceBuffer[],
  ): void => {
    const program = backend.record([{ kernel, inputs, outputs }], []);
    program.run([]);
    program.dispose();
  };
  const recorded: Backend = {
    name: backend.name,
    dtypes: backend.dtypes,
    allocate: (dtype, length) => backend.allocate(dtype, length),
    free: (buffer) => backend.free(buffer),
    write: (buffer, values) => backend.write(buffer, values),
    read: (buffer) => backend.read(buffer),
    run,
    runChain: run,
    dispose: () => backend.dispose(),
    ...(backend.fused !== undefined && { fused: backend.fused }),
  };
  const report = await checkBackend(recorded);
  expect(report.failed).toEqual([]);
  expect(report.passed).toBeGreaterThan(3000);
});

test("buffers of a program stay where they are while memory goes round, and inputs come from wherever they went", () => {
  const backend = createWasmBackend({ residentBytes: 65536 });
  const { program, y } = fourthPower(backend, 100);
  const given = [filled(backend, 100, 2), filled(backend, 100, 3)];
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 20; i++) backend.run(fill(4000, i), [], [backend.allocate("float32", 4000)]);
    program.run([given[round % 2]!]);
    expect(backend.readSync(y)).toEqual(new Float32Array(100).fill(round % 2 === 0 ? 16 : 81));
  }
  expect(backend.readSync(given[0]!)).toEqual(new Float32Array(100).fill(2));
});

test("two programs share the buffers that both use", () => {
  const backend = createWasmBackend();
  const [a, b, c] = [5, 0, 0].map((value) => filled(backend, 10, value)) as [
    DeviceBuffer,
    DeviceBuffer,
    DeviceBuffer,
  ];
  const first = backend.record([{ kernel: square(10), inputs: [a], outputs: [b] }], []);
  const second = backend.record([{ kernel: square(10), inputs: [b], outputs: [c] }], []);
  first.run([]);
  second.run([]);
  expect(backend.readSync(c)).toEqual(new Float32Array(10).fill(625));
  first.dispose();
  for (let i = 0; i < 100; i++) filled(backend, 1000, i);
  second.run([]);
  expect(backend.readSync(c)).toEqual(new Float32Array(10).fill(625));
});

test("a program whose buffer was freed, that was disposed, or whose device was, says so", () => {
  const backend = createWasmBackend();
  const { program, y } = fourthPower(backend, 10);
  const given = filled(backend, 10, 1);
  backend.free(y);
  expect(() => program.run([given])).toThrow(expect.objectContaining({ code: "freed" }));
  const other = fourthPower(backend, 10).program;
  other.dispose();
  other.dispose();
  expect(() => other.run([given])).toThrow(expect.objectContaining({ code: "disposed" }));
  const last = fourthPower(backend, 10).program;
  backend.dispose();
  expect(() => last.run([given])).toThrow("the device was disposed");
});

test("programs that are disposed, or that nobody can run any more, give their memory back", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { exports, memory, base } = instantiateKernels();
  const pages = new PagedMemory(memory, base, 2 ** 20);
  const context = programContext(exports, pages, 1, () => {});
  const record = (): WasmProgram => {
    const [x, y] = [pages.allocate("float32", 5000), pages.allocate("float32", 5000)];
    return new WasmProgram(context, [{ kernel: square(5000), inputs: [x], outputs: [y] }], [x]);
  };
  for (let i = 0; i < 500; i++) record().dispose();
  expect(pages.residentBytes).toBeLessThanOrEqual(2 ** 20);
  for (let round = 0; round < 20; round++) {
    for (let i = 0; i < 20; i++) record();
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(pages.residentBytes).toBeLessThanOrEqual(3 * 2 ** 20); // 400 programs of 40 kB would be 16 MiB
});
