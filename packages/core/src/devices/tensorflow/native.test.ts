import { describe, expect, test } from "vitest";
import type { Backend } from "../backend.ts";
import { checkBackend } from "../conformance/check-backend.ts";
import { createReferenceBackend } from "../reference/backend.ts";
import { createTensorFlowBackend } from "./backend.ts";
import { loadTensorFlow } from "./load.ts";

const { tf, native, description } = await loadTensorFlow();
const ran = native ? description : "`pnpm setup:tensorflow` has not run: not tested here";

describe.skipIf(!native)(`TensorFlow's library (${ran})`, () => {
  test("conforms to the reference, subnormal numbers apart, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const device = flushingSubnormals(createTensorFlowBackend(tf));
    const report = await checkBackend(device, { against: flushingSubnormals(createReferenceBackend()) });
    expect(report.failed.slice(0, 20)).toEqual([]);
    expect(report.passed).toBeGreaterThan(4000);
    expect(tf.memory().numTensors).toBe(before);
  });
});

/** A device that gets 0 for every subnormal number: TensorFlow takes some for 0, by the size of the work. */
function flushingSubnormals(backend: Backend): Backend {
  const smallest = 2 ** -126;
  return {
    name: backend.name,
    dtypes: backend.dtypes.filter((dtype) => dtype !== "float64"),
    allocate: (dtype, length) => backend.allocate(dtype, length),
    free: (buffer) => backend.free(buffer),
    write: (buffer, values) =>
      backend.write(
        buffer,
        values.map((value) => (Math.abs(value) < smallest ? 0 : value)),
      ),
    read: (buffer) => backend.read(buffer),
    run: (kernel, inputs, outputs) => backend.run(kernel, inputs, outputs),
    dispose: () => backend.dispose(),
  };
}
