import { GradbridgeError } from "@gradbridge/random";
import { mode, noGrad } from "../autograd/mode.ts";
import type { Backend, DeviceBuffer } from "../devices/backend.ts";
import { DeviceError } from "../errors.ts";
import { clone } from "../ops/detach.ts";
import type { DType } from "../tensor/dtype.ts";
import { active, Recording } from "../tensor/recording.ts";
import { tensorsIn } from "../tensor/scope.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { withoutConstants } from "./constants.ts";
import { fuse } from "./fuse.ts";
import { neededSteps } from "./needed.ts";
import { Plan } from "./plan.ts";
import { withoutRepeats } from "./repeats.ts";

/** What a compiled function may return: nothing, a tensor, or arrays and plain objects of tensors. */
export type CompiledResult =
  | Tensor
  | readonly CompiledResult[]
  | { readonly [name: string]: CompiledResult }
  // biome-ignore lint/suspicious/noConfusingVoidType: a function that only updates returns nothing.
  | void;

interface Entry<R> {
  readonly arguments: Signature;
  readonly plan: Plan;
  /** The arguments' buffers, on their way to the plan. */
  readonly buffers: DeviceBuffer[];
  readonly result: R;
  /** Parameters whose `grad` the function sets, and what it sets it to. */
  readonly gradients: readonly (readonly [tensor: Tensor, gradient: Tensor | null])[];
  /** Tensors whose values every replay overwrites. */
  readonly overwritten: readonly Tensor[];
}

/** What arguments must be like to be given to a recorded run. */
interface Signature {
  /** Whether operations outside would record gradients: a run without them is another one. */
  readonly recording: boolean;
  /** null where there are no arguments. */
  readonly backend: Backend | null;
  readonly dtypes: readonly DType[];
  readonly shapes: readonly Shape[];
}

/**
 * Records one run of `fn` for each combination of input shapes, and from then on replays its kernels: no graph, no
 * allocation, the same results as `fn` itself, bit for bit. A whole training step fits: forward, δ, backward, clipping,
 * optimizer.
 *
 * - Inputs are the arguments: tensors, taken as constants. Everything else that `fn` reads (parameters, optimizer state)
 *   is used where it lies, so changes to it are seen. Numbers are not: a number that changes must be an argument, as a
 *   scalar tensor. An optimizer's `learningRate` is the exception: it is read at every replay.
 * - The results are the same tensors every time, overwritten by the next call: read or clone them first.
 * - What is computed for nothing that is returned or changed is left out of the replays.
 * - `fn` must run the same kernels whatever the values are, so it cannot read them.
 * - Checks that look at values (NaN seeds, indices out of range) look at the recorded run alone.
 *
 * @throws code `data-dependent` where `fn` reads a value, `host-data` where it makes a tensor of host data; `compile` for an argument that is no tensor or requires a
 *   gradient, or a backward pass without zeroGrad; `device` for arguments on several devices.
 */
export function compile<Inputs extends readonly Tensor[], R extends CompiledResult>(
  fn: (...inputs: Inputs) => R,
): (...inputs: Inputs) => R {
  const entries: Entry<R>[] = [];
  let latest: Entry<R> | undefined; // steps of one size follow each other: no search, no allocation
  return (...inputs) => {
    if (active.recording !== null) return fn(...inputs); // part of a larger compiled function
    if (latest === undefined || !fits(inputs, latest.arguments)) {
      latest = entries.find((entry) => fits(inputs, entry.arguments));
      if (latest === undefined) {
        checkArguments(inputs);
        latest = record(fn, inputs);
        entries.push(latest);
        return latest.result;
      }
    }
    const { plan, buffers, gradients, overwritten, result } = latest;
    for (let i = 0; i < inputs.length; i++) buffers[i] = inputs[i].storage.buffer;
    plan.replay(buffers);
    for (let i = 0; i < gradients.length; i++) gradients[i][0].grad = gradients[i][1];
    for (let i = 0; i < overwritten.length; i++) overwritten[i].storage.version++;
    return result;
  };
}

/** Whether the arguments are those that were recorded, but for their values. Everything that `checkArguments` refuses does not fit. */
function fits(inputs: readonly Tensor[], { recording, backend, dtypes, shapes }: Signature): boolean {
  if (inputs.length !== shapes.length || mode.recording !== recording) return false;
  for (let i = 0; i < inputs.length; i++) {
    const input = inputs[i];
    if (!isTensor(input) || input.requiresGrad || input.dtype !== dtypes[i]) return false;
    if (input.storage.backend !== backend || !sameShape(input.shape, shapes[i])) return false;
  }
  return true;
}

function signatureOf(inputs: readonly Tensor[]): Signature {
  return {
    recording: mode.recording,
    backend: inputs[0]?.storage.backend ?? null,
    dtypes: inputs.map(({ dtype }) => dtype),
    shapes: inputs.map(({ shape }) => [...shape]),
  };
}

function checkArguments(inputs: readonly Tensor[]): void {
  inputs.forEach((input, i) => {
    if (!isTensor(input)) {
      throw new GradbridgeError(
        "compile",
        `compile: argument ${i} must be a tensor, got ${typeof input}. Numbers go in as scalar tensors.`,
      );
    }
    if (input.requiresGrad) {
      throw new GradbridgeError(
        "compile",
        `compile: argument ${i} (${formatShape(input.shape)}) requires a gradient; arguments are constants. ` +
          "Let the function use it from outside, as it does with parameters.",
      );
    }
    if (input.storage.backend !== inputs[0].storage.backend) {
      throw new DeviceError(
        `compile: argument ${i} is on ${input.device}, argument 0 on ${inputs[0].device}.`,
      );
    }
  });
}

function record<Inputs extends readonly Tensor[], R>(fn: (...inputs: Inputs) => R, inputs: Inputs): Entry<R> {
  // Copies: every replay overwrites them with its arguments, and no two of them, nor a captured tensor, share memory.
  const stand = noGrad(() => inputs.map(clone)) as readonly Tensor[] as Inputs;
  for (const input of stand) input.kept = true;
  const recording = new Recording();
  active.recording = recording;
  let result: R;
  try {
    result = fn(...stand);
  } catch (error) {
    active.recording = null;
    for (const tensor of recording.created) if (!tensor.kept) tensor.release();
    throw error;
  }
  active.recording = null;
  return planFor(recording, stand, result);
}

function planFor<R>(recording: Recording, inputs: readonly Tensor[], result: R): Entry<R> {
  const { steps } = recording;
  const gradients = [...recording.leaves].map((leaf) => [leaf, leaf.grad] as const);
  const outputs = [...tensorsIn(result, isTensor), ...gradients.flatMap(([, gradient]) => gradient ?? [])];
  const own = recording.storages;
  const lastingStorages = new Set(outputs.map(({ storage }) => storage));
  const { backend } = recording;
  if (backend === null)
    throw new GradbridgeError("compile", "compile: the function computes nothing on tensors.");

  const made = new Set<DeviceBuffer>();
  const lasting = new Set<DeviceBuffer>();
  for (const storage of own) {
    made.add(storage.buffer);
    if (lastingStorages.has(storage)) lasting.add(storage.buffer);
  }
  const needed = neededSteps(withoutConstants(steps, made, lasting), made, lasting);
  const fused = fuse(needed, backend.fused ?? [], made, lasting);
  const plan = new Plan(
    backend,
    withoutRepeats(fused, made, lasting),
    inputs.map(({ storage }) => storage.buffer),
    made,
    lasting,
  );
  for (const storage of own) if (!lastingStorages.has(storage)) storage.surrender();
  for (const output of outputs) output.node = null; // its graph is gone: replays record none
  for (const { storage } of inputs) own.add(storage);
  return {
    arguments: signatureOf(inputs),
    plan,
    buffers: [],
    result,
    gradients,
    overwritten: outputs.filter(({ storage }) => own.has(storage)),
  };
}
