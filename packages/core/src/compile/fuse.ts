import type { DeviceBuffer } from "../devices/backend.ts";
import type { AnyKernel, FusedKind } from "../devices/kernel.ts";
import type { RecordedStep } from "../tensor/recording.ts";

/** A step that launches a kernel whose numbers never change. */
interface FixedLaunch {
  readonly kernel: AnyKernel;
  readonly inputs: DeviceBuffer[];
  readonly outputs: DeviceBuffer[];
}

/** One kernel for a producer and the consumer that alone reads its output; null where these two do not go together. */
interface Rule {
  readonly kind: FusedKind;
  fuse(producer: AnyKernel, consumer: AnyKernel): AnyKernel | null;
}

const rules: readonly Rule[] = [
  {
    kind: "sumOfSquares",
    fuse: (producer, consumer) =>
      producer.kind === "unary" &&
      producer.op === "square" &&
      producer.dtype !== "int32" &&
      consumer.kind === "reduce" &&
      consumer.op === "sum" &&
      consumer.outer === 1 &&
      consumer.inner === 1
        ? { kind: "sumOfSquares", dtype: producer.dtype, length: producer.length }
        : null,
  },
];

/**
 * Replaces a launch and the only one that reads its output by a fused one, where the backend has it and nobody else needs the
 * value between them. The fused kernel gives the same bits, so that a compiled function does what it does uncompiled.
 *
 * @param made buffers made by the recorded run
 * @param lasting those of them that keep their values between replays
 */
export function fuse(
  steps: readonly RecordedStep[],
  kinds: readonly FusedKind[],
  made: ReadonlySet<DeviceBuffer>,
  lasting: ReadonlySet<DeviceBuffer>,
): readonly RecordedStep[] {
  const allowed = rules.filter(({ kind }) => kinds.includes(kind));
  if (allowed.length === 0) return steps;
  const result: (RecordedStep | null)[] = [...steps];
  const uses = usesOf(steps);
  steps.forEach((step, at) => {
    const consumer = fixedLaunch(step);
    if (consumer === null || consumer.inputs.length !== 1) return;
    const [value] = consumer.inputs;
    const { readers, writers } = uses.get(value)!;
    if (!made.has(value) || lasting.has(value) || readers.length !== 1 || writers.length !== 1) return;
    const from = writers[0];
    const producer = from < at ? fixedLaunch(steps[from]) : null;
    if (producer === null || producer.outputs.length !== 1) return;
    const overwritten = producer.inputs.some((input) =>
      uses.get(input)!.writers.some((writer) => writer > from && writer < at),
    );
    if (overwritten) return;
    for (const rule of allowed) {
      const kernel = rule.fuse(producer.kernel, consumer.kernel);
      if (kernel === null) continue;
      result[from] = null;
      result[at] = { kernel, inputs: producer.inputs, outputs: consumer.outputs };
      return;
    }
  });
  return result.filter((step) => step !== null);
}

function fixedLaunch(step: RecordedStep): FixedLaunch | null {
  if ("effect" in step || typeof step.kernel === "function" || step.kernel.kind === "custom") return null;
  return { kernel: step.kernel, inputs: step.inputs, outputs: step.outputs };
}

/** The steps that read and write each buffer, in order. */
function usesOf(
  steps: readonly RecordedStep[],
): ReadonlyMap<DeviceBuffer, { readonly readers: number[]; readonly writers: number[] }> {
  const uses = new Map<DeviceBuffer, { readers: number[]; writers: number[] }>();
  const of = (buffer: DeviceBuffer): { readers: number[]; writers: number[] } => {
    let found = uses.get(buffer);
    if (found === undefined) {
      found = { readers: [], writers: [] };
      uses.set(buffer, found);
    }
    return found;
  };
  steps.forEach((step, at) => {
    if ("effect" in step) return;
    for (const buffer of step.inputs) of(buffer).readers.push(at);
    for (const buffer of step.outputs) of(buffer).writers.push(at);
  });
  return uses;
}
