import type { DeviceBuffer } from "../devices/backend.ts";
import type { RecordedStep } from "../tensor/recording.ts";

/**
 * The steps whose results anybody reads: one that only writes buffers of the recorded run which neither last nor are read by a
 * needed step is left out, and so is all that was computed for it alone. Effects are needed.
 *
 * @param made buffers made by the recorded run
 * @param lasting those of them that keep their values between replays
 */
export function neededSteps(
  steps: readonly RecordedStep[],
  made: ReadonlySet<DeviceBuffer>,
  lasting: ReadonlySet<DeviceBuffer>,
): RecordedStep[] {
  const read = new Set(lasting);
  const needed: RecordedStep[] = [];
  for (const step of [...steps].reverse()) {
    if (!("effect" in step)) {
      if (!step.outputs.some((buffer) => read.has(buffer) || !made.has(buffer))) continue;
      for (const buffer of step.inputs) read.add(buffer);
    }
    needed.push(step);
  }
  return needed.reverse();
}
