import { expect, test } from "vitest";
import type { Backend, DeviceBuffer, Launch, LaunchedKernel } from "../devices/backend.ts";
import type { Kernel } from "../devices/kernel.ts";
import { recordInOrder } from "../devices/record-in-order.ts";
import { createReferenceBackend } from "../devices/reference/backend.ts";
import { Plan } from "./plan.ts";

const scale = (value: number): Kernel => ({
  kind: "binary",
  op: "mul",
  dtype: "float32",
  shape: [2],
  strides: [[1]],
  scalar: { side: "right", value },
});

/** y ← x · factor, then y ← y · 10 in another buffer; the factor counts up before every run. */
function planOn(backend: Backend): { plan: Plan; y: DeviceBuffer } {
  const [x, between, y] = [0, 0, 0].map(() => backend.allocate("float32", 2));
  let factor = 0;
  const steps = [
    { effect: () => factor++ },
    { kernel: () => scale(factor), inputs: [x], outputs: [between] },
    { kernel: scale(10), inputs: [between], outputs: [y] },
  ];
  return { plan: new Plan(backend, steps, [x], new Set([between, y]), new Set([y])), y };
}

function replay(backend: Backend, plan: Plan, values: readonly number[]): void {
  const given = backend.allocate("float32", 2);
  backend.write(given, new Float32Array(values));
  plan.replay([given]);
}

test("a backend without record runs the launches one by one", () => {
  const backend = createReferenceBackend();
  expect(backend.record).toBeUndefined();
  const { plan, y } = planOn(backend);
  replay(backend, plan, [1, 2]);
  expect([...backend.readSync!(y)]).toEqual([10, 20]);
  replay(backend, plan, [3, 4]);
  expect([...backend.readSync!(y)]).toEqual([60, 80]);
});

test("a backend with record gets the launches once, then new numbers and inputs only", () => {
  const reference = createReferenceBackend();
  const recorded: Launch<LaunchedKernel>[][] = [];
  const exchanged: number[] = [];
  let runs = 0;
  const backend: Backend = {
    name: "recording",
    dtypes: reference.dtypes,
    allocate: (dtype, length) => reference.allocate(dtype, length),
    free: (buffer) => reference.free(buffer),
    write: (buffer, values) => reference.write(buffer, values),
    read: (buffer) => reference.read(buffer),
    run: () => expect.unreachable("launches of a plan go through its program"),
    record(launches, inputs) {
      recorded.push([...launches]);
      const program = recordInOrder(reference, launches, inputs);
      return {
        setKernel(index, kernel) {
          exchanged.push(index);
          program.setKernel(index, kernel);
        },
        run(given) {
          runs++;
          program.run(given);
        },
        dispose: () => program.dispose(),
      };
    },
    dispose: () => reference.dispose(),
  };
  const { plan, y } = planOn(backend);
  replay(backend, plan, [1, 2]);
  replay(backend, plan, [3, 4]);
  expect([...reference.readSync!(y)]).toEqual([60, 80]);
  expect(recorded.map((launches) => launches.map(({ kernel }) => kernel.kind))).toEqual([
    ["binary", "binary"],
  ]);
  expect(exchanged).toEqual([0, 0]);
  expect(runs).toBe(2);
});
