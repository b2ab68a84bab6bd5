import type { DeviceBuffer } from "../devices/backend.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { fixedLaunch, usesOf } from "./fuse.ts";

/** Elements. What is larger is computed again at every replay, in memory that others use before and after. */
const largest = 32768;

/**
 * Leaves out launches that give the same at every replay, because nothing but numbers goes into them: a seed of ones, the zero
 * of a mask, what is computed of them alone. Their buffers hold what the recorded run has left there.
 *
 * @param made buffers made by the recorded run
 * @param lasting those of them that others see between replays, and could change
 */
export function withoutConstants(
  steps: readonly RecordedStep[],
  made: ReadonlySet<DeviceBuffer>,
  lasting: ReadonlySet<DeviceBuffer>,
): readonly RecordedStep[] {
  const uses = usesOf(steps);
  const constants = new Set<DeviceBuffer>();
  const staysAsMade = (buffer: DeviceBuffer): boolean =>
    made.has(buffer) &&
    !lasting.has(buffer) &&
    buffer.length < largest &&
    uses.get(buffer)!.writers.length === 1;
  return steps.filter((step) => {
    const launch = fixedLaunch(step);
    if (launch === null || !launch.inputs.every((input) => constants.has(input))) return true;
    if (!launch.outputs.every(staysAsMade)) return true;
    for (const output of launch.outputs) constants.add(output);
    return false;
  });
}
