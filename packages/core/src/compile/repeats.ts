import type { DeviceBuffer } from "../devices/backend.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { fixedLaunch, usesOf } from "./fuse.ts";

/**
 * Leaves out launches that compute again what is there already: the same kernel on the same values, as when δ and what is
 * reported beside it both take the logarithm of a probability. Who read the second result reads the first. It comes after
 * fusing: to keep a value for several readers would break chains, in which computing it again costs next to nothing.
 *
 * @param made buffers made by the recorded run
 * @param lasting those of them that keep their values between replays
 */
export function withoutRepeats(
  steps: readonly RecordedStep[],
  made: ReadonlySet<DeviceBuffer>,
  lasting: ReadonlySet<DeviceBuffer>,
): readonly RecordedStep[] {
  const uses = usesOf(steps);
  const numbers = new Map<DeviceBuffer, number>();
  const versions = new Map<DeviceBuffer, number>();
  const same = new Map<DeviceBuffer, DeviceBuffer>();
  const known = new Map<string, DeviceBuffer>();
  /** A buffer as it is now. */
  const nameOf = (buffer: DeviceBuffer): string => {
    if (!numbers.has(buffer)) numbers.set(buffer, numbers.size);
    return `${numbers.get(buffer)}.${versions.get(buffer) ?? 0}`;
  };
  const isWrittenOnce = (buffer: DeviceBuffer): boolean =>
    made.has(buffer) && uses.get(buffer)!.writers.length === 1;

  return steps.flatMap((step) => {
    if ("effect" in step) return step;
    const inputs = step.inputs.map((input) => same.get(input) ?? input);
    const launch = fixedLaunch(step);
    if (launch?.outputs.length === 1 && isWrittenOnce(launch.outputs[0])) {
      const [output] = launch.outputs;
      const key = [textOf(launch.kernel), ...inputs.map(nameOf)].join();
      const earlier = known.get(key);
      if (earlier === undefined) known.set(key, output);
      else if (!lasting.has(output)) {
        same.set(output, earlier);
        return [];
      }
    }
    for (const output of step.outputs) versions.set(output, (versions.get(output) ?? 0) + 1);
    return { ...step, inputs };
  });
}

/** A kernel as text; numbers that JSON does not know differ. */
function textOf(kernel: object): string {
  return JSON.stringify(kernel, (_, value: unknown) =>
    typeof value === "number" && (Object.is(value, -0) || !Number.isFinite(value))
      ? `number ${1 / value}, ${value}`
      : value,
  );
}
