import { expect, test } from "vitest";
import { createReferenceBackend } from "../devices/reference/backend.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { neededSteps } from "./needed.ts";

const kernel = { kind: "fill", dtype: "float32", length: 1, value: 0 } as const;

test("leaves out what nobody reads, and what was computed for it alone", () => {
  const backend = createReferenceBackend();
  const [x, shared, forNothing, nothing, y, state] = Array.from({ length: 6 }, () =>
    backend.allocate("float32", 1),
  );
  const step = (inputs: (typeof x)[], outputs: (typeof x)[]): RecordedStep => ({ kernel, inputs, outputs });
  const steps = [
    step([x], [shared]),
    step([shared], [forNothing]),
    step([forNothing, shared], [nothing]),
    { effect: () => {} },
    step([shared], [y]),
    step([y], [state]), // not made by the run: a parameter, say
  ];
  const needed = neededSteps(steps, new Set([shared, forNothing, nothing, y]), new Set([y]));
  expect(needed).toEqual([steps[0], steps[3], steps[4], steps[5]]);
});

test("keeps every step that writes a buffer in parts", () => {
  const backend = createReferenceBackend();
  const [x, y] = [backend.allocate("float32", 1), backend.allocate("float32", 1)];
  const steps: RecordedStep[] = [
    { kernel, inputs: [], outputs: [y] },
    { kernel, inputs: [x], outputs: [y] },
  ];
  expect(neededSteps(steps, new Set([y]), new Set([y]))).toEqual(steps);
});
