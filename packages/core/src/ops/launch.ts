import type { Backend, DeviceBuffer } from "../devices/backend.ts";
import { type CustomRun, runCustom } from "../devices/custom-kernel.ts";
import type { AnyKernel } from "../devices/kernel.ts";
import { DeviceError } from "../errors.ts";
import type { DType } from "../tensor/dtype.ts";
import { active, effect, type KernelSource } from "../tensor/recording.ts";
import { type Shape, sizeOf } from "../tensor/shape.ts";
import { type Tensor, wrap } from "../tensor/tensor.ts";

/** Runs kernels into a new tensor on the inputs' device. `kernels` of several write parts of it in turn. */
export function launch(
  kernel: AnyKernel,
  inputs: readonly Tensor[],
  shape: Shape,
  dtype: DType = inputs[0].dtype,
): Tensor {
  const { backend } = inputs[0].storage;
  const length = sizeOf(shape);
  const output = backend.allocate(dtype, length);
  if (length > 0) {
    const buffers = new Array(inputs.length);
    for (let i = 0; i < inputs.length; i++) buffers[i] = inputs[i].storage.buffer;
    runKernel(backend, kernel, buffers, [output]);
  }
  return wrap(backend, output, shape);
}

/** Runs a kernel that changes `targets` in place, and counts the change. */
export function launchInPlace(
  kernel: KernelSource,
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
): void {
  const { backend } = targets[0].storage;
  if (targets[0].size > 0) {
    const buffers = inputs.map((input) => input.storage.buffer);
    const outputs = targets.map((target) => target.storage.buffer);
    runKernel(backend, kernel, buffers, outputs);
  }
  effect(() => {
    for (const target of targets) target.storage.version++;
  });
}

/** Everything that runs on a device goes through here, so that a recording sees it. */
function runKernel(
  backend: Backend,
  kernel: KernelSource,
  inputs: DeviceBuffer[],
  outputs: DeviceBuffer[],
): void {
  backend.run(typeof kernel === "function" ? kernel() : kernel, inputs, outputs);
  const { recording } = active;
  if (recording === null) return;
  recording.backend ??= backend;
  recording.steps.push({ kernel, inputs, outputs });
}

/** As {@link launchInPlace}, a kernel of the user's own. */
export function launchCustom(run: CustomRun, inputs: readonly Tensor[], targets: readonly Tensor[]): void {
  const { backend } = targets[0].storage;
  const buffers = inputs.map((input) => input.storage.buffer);
  const outputs = targets.map((target) => target.storage.buffer);
  runCustom(backend, run, buffers, outputs);
  const { recording } = active;
  if (recording !== null) {
    recording.backend ??= backend;
    recording.steps.push({ kernel: run, inputs: buffers, outputs });
  }
  effect(() => {
    for (const target of targets) target.storage.version++;
  });
}

/** A new tensor filled with one number, on `like`'s device. */
export function filledLike(like: Tensor, shape: Shape, value: number, dtype: DType = like.dtype): Tensor {
  const { backend } = like.storage;
  const length = sizeOf(shape);
  const output = backend.allocate(dtype, length);
  if (length > 0) runKernel(backend, { kind: "fill", dtype, length, value }, [], [output]);
  return wrap(backend, output, shape);
}

/** Refuses inputs on different devices. */
export function checkSameDevice(operation: string, inputs: readonly Tensor[]): void {
  const { backend } = inputs[0].storage;
  for (let i = 1; i < inputs.length; i++) {
    if (inputs[i].storage.backend !== backend) {
      throw new DeviceError(
        `${operation}: inputs are on different devices, ${backend.name} and ${inputs[i].device}. ` +
          `Make them on one, with { device: "${backend.name}" }.`,
      );
    }
  }
}
