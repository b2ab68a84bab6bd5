import type { Backend, DeviceBuffer, LaunchedKernel } from "../devices/backend.ts";
import type { AnyKernel } from "../devices/kernel.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";

/** A kernel, or a function that gives it anew for every run: for numbers that change, such as a learning rate. */
export type KernelSource = AnyKernel | (() => AnyKernel);

/** One step of a recorded run: a kernel on buffers, or a host effect such as counting optimizer steps. */
export type RecordedStep =
  | {
      readonly kernel: LaunchedKernel | KernelSource;
      readonly inputs: DeviceBuffer[];
      readonly outputs: DeviceBuffer[];
    }
  | { readonly effect: () => void };

/** Everything that happens while `compile` watches a function run. */
export class Recording {
  readonly steps: RecordedStep[] = [];
  /** The device that ran them; null before the first. */
  backend: Backend | null = null;
  /** Tensors made meanwhile. None of their memory is freed before the recording ends. */
  readonly created: Tensor[] = [];
  /** The memory made meanwhile: not that of a parameter which a reshape or detach only looks at. */
  readonly storages: Set<Storage> = new Set();
  /** Leaves whose `grad` was set meanwhile. */
  readonly leaves: Set<Tensor> = new Set();
}

/** The recording under way, if any. Internal. */
export const active: { recording: Recording | null } = { recording: null };

/** Runs `fn` outside of the recording: what it makes is there before the first replay and is not made again. */
export function outsideRecording<R>(fn: () => R): R {
  const { recording } = active;
  active.recording = null;
  try {
    return fn();
  } finally {
    active.recording = recording;
  }
}

/** Runs a host effect now, and again at this place of every replay. */
export function effect(fn: () => void): void {
  fn();
  active.recording?.steps.push({ effect: fn });
}
