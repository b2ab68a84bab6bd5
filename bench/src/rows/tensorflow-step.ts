import { microseconds, type Row } from "../row.ts";
import * as tensorflow from "../systems/tensorflow.ts";

/** What our device adds to TensorFlow.js: the seeded step on the device, and the same kernels called by hand. */
export function tensorFlowSteps(): Row[] {
  return [step([4, 64, 64, 2], 64), step([4, 256, 256, 2], 256)];
}

function step(sizes: readonly number[], batch: number): Row {
  const name = sizes.join("-");
  return {
    id: `tensorflow-step-${name}-batch-${batch}`,
    title: `seeded step on the device tensorflow, ${name} tanh, Adam, batch ${batch}`,
    unit: microseconds(),
    tolerance: 1e-5,
    goals: { "tfjs directly": 1 / 1.1 },
    systems: {
      Gradbridge: tensorflow.seededStep(sizes, batch),
      "tfjs directly": tensorflow.sameStepDirectly(sizes, batch),
    },
  };
}
