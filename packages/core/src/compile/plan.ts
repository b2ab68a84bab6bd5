import type { Backend, DeviceBuffer } from "../devices/backend.ts";
import type { RecordedStep } from "../tensor/recording.ts";

/**
 * A recorded run with its memory planned: the steps, on as few buffers as their lifetimes allow. Buffers of equal dtype
 * and length are reused as soon as their last reader has run.
 */
export class Plan {
  readonly #backend: Backend;
  readonly #steps: readonly RecordedStep[];
  /** For each input: the places in the steps that read it. */
  readonly #uses: readonly { readonly buffers: DeviceBuffer[]; readonly at: number }[][];

  /**
   * @param inputs buffers that stand for the inputs in the recorded steps
   * @param made buffers made by the recorded run; those no longer needed are freed
   * @param lasting those of `made` that keep their values between replays: outputs, gradients
   */
  constructor(
    backend: Backend,
    steps: readonly RecordedStep[],
    inputs: readonly DeviceBuffer[],
    made: ReadonlySet<DeviceBuffer>,
    lasting: ReadonlySet<DeviceBuffer>,
  ) {
    this.#backend = backend;
    this.#steps = reuseBuffers(backend, steps, made, lasting);
    this.#uses = inputs.map((input) =>
      this.#steps.flatMap((step) =>
        "effect" in step
          ? []
          : step.inputs.flatMap((buffer, at) => (buffer === input ? [{ buffers: step.inputs, at }] : [])),
      ),
    );
  }

  /** Runs every step on these inputs. Allocates nothing. */
  replay(inputs: readonly DeviceBuffer[]): void {
    const steps = this.#steps;
    for (let i = 0; i < inputs.length; i++) {
      for (const { buffers, at } of this.#uses[i]) buffers[at] = inputs[i];
    }
    for (let i = 0; i < steps.length; i++) {
      const step = steps[i];
      if ("effect" in step) step.effect();
      else {
        const { kernel } = step;
        this.#backend.run(typeof kernel === "function" ? kernel() : kernel, step.inputs, step.outputs);
      }
    }
  }
}

function reuseBuffers(
  backend: Backend,
  steps: readonly RecordedStep[],
  made: ReadonlySet<DeviceBuffer>,
  lasting: ReadonlySet<DeviceBuffer>,
): RecordedStep[] {
  const lastUse = new Map<DeviceBuffer, number>();
  const constants = new Set<DeviceBuffer>(); // written by the host, read by a step before any step writes them
  steps.forEach((step, i) => {
    if ("effect" in step) return;
    for (const buffer of step.inputs) if (!lastUse.has(buffer)) constants.add(buffer);
    for (const buffer of [...step.inputs, ...step.outputs]) lastUse.set(buffer, i);
  });
  const reusable = (buffer: DeviceBuffer): boolean =>
    made.has(buffer) && !lasting.has(buffer) && !constants.has(buffer);
  const idle = new Map<string, DeviceBuffer[]>();
  const placed = new Map<DeviceBuffer, DeviceBuffer>();
  const placeOf = (buffer: DeviceBuffer): DeviceBuffer => {
    if (!reusable(buffer)) return buffer;
    let place = placed.get(buffer);
    if (place === undefined) {
      place = idle.get(kindOf(buffer))?.pop() ?? buffer;
      placed.set(buffer, place);
    }
    return place;
  };
  const planned = steps.map((step, i): RecordedStep => {
    if ("effect" in step) return step;
    const result = {
      kernel: step.kernel,
      inputs: step.inputs.map(placeOf),
      outputs: step.outputs.map(placeOf),
    };
    for (const buffer of new Set([...step.inputs, ...step.outputs])) {
      if (!reusable(buffer) || lastUse.get(buffer) !== i) continue;
      const place = placeOf(buffer);
      const same = idle.get(kindOf(place));
      if (same === undefined) idle.set(kindOf(place), [place]);
      else same.push(place);
    }
    return result;
  });
  const needed = new Set([...placed.values(), ...lasting, ...constants]);
  for (const buffer of made) if (!needed.has(buffer)) backend.free(buffer);
  return planned;
}

function kindOf({ dtype, length }: DeviceBuffer): string {
  return `${dtype} ${length}`;
}
