import { GradbridgeError } from "@gradbridge/random";
import type { Backend, DeviceBuffer, Launch, LaunchedKernel, Program } from "../devices/backend.ts";
import { recordInOrder } from "../devices/record-in-order.ts";
import type { RecordedStep } from "../tensor/recording.ts";

/**
 * A recorded run with its memory planned: the steps, on as few large buffers as their lifetimes allow. Those of equal dtype
 * and length are reused as soon as their last reader has run.
 */
export class Plan {
  readonly #program: Program;
  /** What the host does before the kernels run: effects, and the kernels whose numbers change, in recorded order. */
  readonly #hostSteps: readonly (() => void)[];

  /**
   * @param inputs the plan's own input buffers, which the recorded steps read
   * @param made buffers made by the recorded run; those no longer needed are freed
   * @param lasting those of `made` that keep their values between replays: outputs, gradients
   * @throws code `compile` where a step writes an input.
   */
  constructor(
    backend: Backend,
    steps: readonly RecordedStep[],
    inputs: readonly DeviceBuffer[],
    made: ReadonlySet<DeviceBuffer>,
    lasting: ReadonlySet<DeviceBuffer>,
  ) {
    refuseChangedInputs(steps, inputs);
    const launches: Launch<LaunchedKernel>[] = [];
    const hostSteps: (() => void)[] = [];
    for (const step of reuseBuffers(backend, steps, made, lasting)) {
      if ("effect" in step) {
        hostSteps.push(step.effect);
        continue;
      }
      const { kernel } = step;
      if (typeof kernel === "function") {
        const index = launches.length;
        hostSteps.push(() => this.#program.setKernel(index, kernel()));
      }
      launches.push({ ...step, kernel: typeof kernel === "function" ? kernel() : kernel });
    }
    this.#hostSteps = hostSteps;
    const onHost = backend.runCustom === undefined && launches.some(({ kernel }) => kernel.kind === "custom");
    const program = onHost ? undefined : backend.record?.(launches, inputs);
    this.#program = program ?? recordInOrder(backend, launches, inputs);
  }

  /** Runs every step on these inputs. Allocates nothing. */
  replay(inputs: readonly DeviceBuffer[]): void {
    const hostSteps = this.#hostSteps;
    for (let i = 0; i < hostSteps.length; i++) hostSteps[i]();
    this.#program.run(inputs);
  }
}

function refuseChangedInputs(steps: readonly RecordedStep[], inputs: readonly DeviceBuffer[]): void {
  for (const step of steps) {
    if ("effect" in step) continue;
    const at = inputs.findIndex((input) => step.outputs.includes(input));
    if (at < 0) continue;
    throw new GradbridgeError(
      "compile",
      `compile: the function changes argument ${at} in place; arguments are constants. Let the function use the tensor from outside.`,
    );
  }
}

/**
 * Elements. To take over a smaller buffer saves next to nothing, and makes a launch wait for those that still read the old values
 * where a device runs launches side by side.
 */
const smallestReused = 32768;

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
    buffer.length >= smallestReused && made.has(buffer) && !lasting.has(buffer) && !constants.has(buffer);
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
  const needed = new Set(lasting);
  for (const step of planned) {
    if ("effect" in step) continue;
    for (const buffer of [...step.inputs, ...step.outputs]) needed.add(buffer);
  }
  for (const buffer of made) if (!needed.has(buffer)) backend.free(buffer);
  return planned;
}

function kindOf({ dtype, length }: DeviceBuffer): string {
  return `${dtype} ${length}`;
}
