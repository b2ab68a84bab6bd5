import { GradbridgeError } from "@gradbridge/random";
import type { CustomKernel, KernelBuffers } from "../devices/custom-kernel.ts";
import { DeviceError, DTypeError } from "../errors.ts";
import type { TypedArray } from "../tensor/dtype.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { launchCustom } from "./launch.ts";

type Names<Buffers extends KernelBuffers> = Extract<keyof Buffers, string>;

/** What {@link defineKernel} is given. */
export interface KernelDefinition<
  Inputs extends KernelBuffers,
  Outputs extends KernelBuffers,
  Numbers extends KernelBuffers,
> extends Omit<CustomKernel, "inputs" | "outputs" | "numbers" | "host"> {
  readonly inputs: Inputs;
  readonly outputs: Outputs;
  readonly numbers: Numbers;
  host(
    i: number,
    buffers: { readonly [name in Names<Inputs> | Names<Outputs>]: TypedArray },
    numbers: { readonly [name in Names<Numbers>]: number },
  ): void;
}

/** Runs a defined kernel: on tensors of one device, which it changes in place, for so many invocations. */
export type DefinedKernel<
  Inputs extends KernelBuffers,
  Outputs extends KernelBuffers,
  Numbers extends KernelBuffers,
> = (
  tensors: { readonly [name in Names<Inputs> | Names<Outputs>]: Tensor },
  numbers: { readonly [name in Names<Numbers>]: number },
  count: number,
) => void;

const defined = new Map<string, string>();

/**
 * A kernel of your own, for what no operation does: a simulation, a random generator. It is written twice, in WGSL for
 * the device `webgpu` and in JavaScript for the others, where it runs on copies; a test should hold the two together.
 * It has no derivative (`defineFunction` makes one of operations) and changes its outputs in place. In a compiled function
 * it is recorded as operations are, with the numbers and the count of the recorded run: what changes from run to run, a
 * counter of steps for instance, belongs into a tensor that a kernel advances.
 *
 * @throws code `kernel` for a name that is taken by other code, or names of buffers that are no identifiers; when run:
 *   `operand`, `dtype`, `device` for tensors that do not fit, `in-place` for an output that needs a gradient or is an input
 *   too.
 */
export function defineKernel<
  const Inputs extends KernelBuffers,
  const Outputs extends KernelBuffers,
  const Numbers extends KernelBuffers,
>(definition: KernelDefinition<Inputs, Outputs, Numbers>): DefinedKernel<Inputs, Outputs, Numbers> {
  const kernel = definition as unknown as CustomKernel;
  checkDefinition(kernel);
  return (tensors, numbers, count) => {
    const named = tensors as { readonly [name: string]: Tensor };
    const inputs = Object.keys(kernel.inputs).map((name) => named[name]);
    const outputs = Object.keys(kernel.outputs).map((name) => named[name]);
    checkRun(kernel, named, numbers, count);
    launchCustom({ kind: "custom", kernel, count, numbers: { ...numbers } }, inputs, outputs);
  };
}

const identifier = /^[a-z][A-Za-z0-9]*$/;

function checkDefinition(kernel: CustomKernel): void {
  const { name, inputs, outputs, numbers, wgsl } = kernel;
  const names = [inputs, outputs, numbers].flatMap((list) => Object.keys(list));
  const wrong = names.find((one, i) => !identifier.test(one) || names.indexOf(one) !== i || one === "count");
  if (wrong !== undefined || Object.keys(outputs).length === 0) {
    throw new GradbridgeError(
      "kernel",
      `defineKernel: ${name}: needs an output, and names of buffers and numbers that are all different and begin with a ` +
        `small letter ("count" is the number of invocations)${wrong === undefined ? "" : `; "${wrong}" does not fit`}.`,
    );
  }
  const text = JSON.stringify([inputs, outputs, numbers, wgsl]);
  if ((defined.get(name) ?? text) !== text) {
    throw new GradbridgeError(
      "kernel",
      `defineKernel: there is another kernel "${name}". Choose another name.`,
    );
  }
  defined.set(name, text);
}

function checkRun(
  kernel: CustomKernel,
  tensors: { readonly [name: string]: Tensor },
  numbers: { readonly [name: string]: number },
  count: number,
): void {
  const { name, inputs, outputs } = kernel;
  const missing = Object.keys(kernel.numbers).find((one) => typeof numbers[one] !== "number");
  if (missing !== undefined || !Number.isInteger(count) || count < 0) {
    throw new GradbridgeError(
      "operand",
      missing === undefined
        ? `${name}: count must be a non-negative integer, got ${count}.`
        : `${name}: the number "${missing}" is missing.`,
    );
  }
  const all = Object.entries({ ...inputs, ...outputs });
  for (const [buffer, dtype] of all) {
    const tensor = tensors[buffer];
    if (!isTensor(tensor))
      throw new GradbridgeError("operand", `${name}: the tensor "${buffer}" is missing.`);
    if (tensor.dtype !== dtype) {
      throw new DTypeError(`${name}: "${buffer}" must be ${dtype}, got ${tensor.dtype}.`);
    }
    if (tensor.storage.backend !== tensors[all[0][0]].storage.backend) {
      throw new DeviceError(`${name}: "${buffer}" is on ${tensor.device}, "${all[0][0]}" is not.`);
    }
  }
  for (const buffer of Object.keys(outputs)) {
    const { storage, requiresGrad } = tensors[buffer];
    const shared = all.some(([other]) => other !== buffer && tensors[other].storage === storage);
    if (!shared && !requiresGrad) continue;
    throw new GradbridgeError(
      "in-place",
      `${name}: "${buffer}" is changed in place, so it can ${requiresGrad ? "require no gradient" : "be nothing else as well"}.`,
    );
  }
}
