import type { DeviceBuffer } from "../devices/backend.ts";
import { type ChainKernel, chainOf, joined } from "../devices/chain.ts";
import type { AnyKernel, FusedKind } from "../devices/kernel.ts";
import type { RecordedStep } from "../tensor/recording.ts";

/** What a rule looks at. */
type FixedKernel = AnyKernel | ChainKernel;

/** A step that launches a kernel whose numbers never change. */
interface FixedLaunch {
  readonly kernel: FixedKernel;
  readonly inputs: DeviceBuffer[];
  readonly outputs: DeviceBuffer[];
}

/**
 * One kernel for a producer and the consumer that alone reads its output, as its inputs `reads`; null where these two do not
 * go together. Its inputs are the producer's, then the consumer's other ones.
 */
interface Rule {
  readonly kind: FusedKind;
  fuse(producer: FixedKernel, consumer: FixedKernel, reads: readonly number[]): FixedKernel | null;
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
  {
    kind: "chain",
    fuse(producer, consumer, reads) {
      const first = chainOf(producer);
      const second = chainOf(consumer);
      return first === null || second === null ? null : joined(first, second, reads);
    },
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

  /** The launch at `at` with the one that made `value`; null where they stay apart. */
  function withProducer(consumer: FixedLaunch, at: number, value: DeviceBuffer): FixedLaunch | null {
    const { readers, writers } = uses.get(value)!;
    if (!made.has(value) || lasting.has(value) || writers.length !== 1) return null;
    if (readers.some((reader) => reader !== at)) return null;
    const from = writers[0];
    const producer = from < at ? fixedLaunch(result[from]!) : null;
    if (producer === null || producer.outputs.length !== 1) return null;
    const overwritten = producer.inputs.some((input) =>
      uses.get(input)!.writers.some((writer) => writer > from && writer <= at),
    );
    if (overwritten) return null;
    const reads = consumer.inputs.flatMap((input, index) => (input === value ? index : []));
    for (const rule of allowed) {
      const kernel = rule.fuse(producer.kernel, consumer.kernel, reads);
      if (kernel === null) continue;
      for (const input of producer.inputs) {
        const { readers: of } = uses.get(input)!;
        of.splice(of.indexOf(from), 1, at);
      }
      result[from] = null;
      const others = consumer.inputs.filter((input) => input !== value);
      return { kernel, inputs: [...producer.inputs, ...others], outputs: consumer.outputs };
    }
    return null;
  }

  steps.forEach((step, at) => {
    let launch = fixedLaunch(step);
    for (let k = 0; launch !== null && k < launch.inputs.length; ) {
      const fused = withProducer(launch, at, launch.inputs[k]);
      if (fused === null) {
        k++;
        continue;
      }
      launch = fused;
      result[at] = fused;
      k = 0;
    }
  });
  return result.filter((step) => step !== null);
}

/** The launch of a step; null where its numbers change, where it is the user's own, or where there is none. */
export function fixedLaunch(step: RecordedStep): FixedLaunch | null {
  if ("effect" in step || typeof step.kernel === "function" || step.kernel.kind === "custom") return null;
  return { kernel: step.kernel, inputs: step.inputs, outputs: step.outputs };
}

/** The steps that read and write each buffer, in order. */
export function usesOf(
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
