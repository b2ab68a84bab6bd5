import { GradbridgeError } from "@gradbridge/random";
import { DeviceError, DTypeError, ShapeError } from "../errors.ts";
import { add } from "../ops/add.ts";
import { onesLike, zerosLike } from "../ops/constant-like.ts";
import { clone } from "../ops/detach.ts";
import { active } from "../tensor/recording.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import { type Storage, storagesMade } from "../tensor/storage.ts";
import { isTensor, type Tensor } from "../tensor/tensor.ts";
import { allFinite } from "./all-finite.ts";
import { runBackward } from "./engine.ts";
import { noGrad } from "./mode.ts";

/** How a backward pass treats the graph. */
export interface BackwardOptions {
  /** Keep the graph for another pass. Default: `createGraph`. */
  readonly retainGraph?: boolean;
  /** Record the pass itself, so that gradients can be differentiated. Default false. */
  readonly createGraph?: boolean;
  /** Accumulate into these tensors alone. Default: every leaf that requires a gradient. */
  readonly inputs?: readonly Tensor[];
}

/** Options of {@link grad}. */
export interface GradOptions extends Omit<BackwardOptions, "inputs"> {
  /** One cotangent per output, as for {@link backward}. */
  readonly seeds?: Tensor | readonly (Tensor | null)[];
  /** Return null for an input that the outputs do not depend on, instead of an error. Default: `materialize`. */
  readonly allowUnused?: boolean;
  /** Return zeros for such an input. Default false. */
  readonly materialize?: boolean;
}

/**
 * Accumulates into `grad` of every leaf x the sum of ∂⟨seedᵢ, outputᵢ⟩/∂x: several roots, several seeds, one pass.
 * A seed is the cotangent of its output, in its shape, dtype and device; an output of one element may go without
 * (its seed is then 1). Everything is checked before anything runs.
 * @throws code `seed` (missing, or not finite), `shape`, `dtype`, `device`, `no-gradient` (a root that needs none),
 *   `graph-freed`, `changed-in-place`, `inputs`.
 */
export function backward(
  outputs: Tensor | readonly Tensor[],
  seeds?: Tensor | readonly (Tensor | null)[],
  options: BackwardOptions = {},
): void {
  const { roots, cotangents } = checkRoots("backward", outputs, seeds);
  const { createGraph = false, inputs } = options;
  if (inputs !== undefined) checkInputs("backward", inputs);
  const before = storagesMade();
  const gradients = runBackward({
    roots,
    seeds: cotangents,
    targets: inputs ?? null,
    retainGraph: options.retainGraph ?? createGraph,
    createGraph,
  });
  const taken = new Set<Storage>();
  for (const [tensor, gradient] of gradients) {
    // memory that somebody else has (a seed, what a hook returned, the gradient of another tensor) must not be shared:
    // a change in place would reach both
    const { storage } = gradient;
    const foreign = storage.serial < before || taken.has(storage) || tensor.hooks !== null || gradient.kept;
    const own = foreign || (gradient.requiresGrad && !createGraph);
    taken.add(storage);
    if (createGraph) accumulate(tensor, gradient, own);
    else noGrad(() => accumulate(tensor, gradient, own));
  }
}

/**
 * The gradients of Σ⟨seedᵢ, outputᵢ⟩ with respect to `inputs`, which may be leaves or not; `grad` fields are left alone.
 * @throws as {@link backward}, and code `unused` for an input the outputs do not depend on.
 */
export function grad(
  outputs: Tensor | readonly Tensor[],
  inputs: Tensor | readonly Tensor[],
  options: GradOptions = {},
): (Tensor | null)[] {
  const { createGraph = false, materialize = false, allowUnused = materialize } = options;
  const { roots, cotangents } = checkRoots("grad", outputs, options.seeds);
  const targets = isTensor(inputs) ? [inputs] : inputs;
  checkInputs("grad", targets);
  const gradients = runBackward({
    roots,
    seeds: cotangents,
    targets,
    retainGraph: options.retainGraph ?? createGraph,
    createGraph,
  });
  return targets.map((input, i) => {
    const gradient = gradients.get(input);
    if (gradient !== undefined) return gradient;
    if (materialize) return zerosLike(input);
    if (allowUnused) return null;
    throw new GradbridgeError(
      "unused",
      `grad: the outputs do not depend on input ${i} (${formatShape(input.shape)}). ` +
        "Pass { allowUnused: true } for null in its place, { materialize: true } for zeros.",
    );
  });
}

function accumulate(tensor: Tensor, gradient: Tensor, copy: boolean): void {
  let next: Tensor;
  if (tensor.grad !== null) {
    const previous = tensor.grad;
    if (active.recording !== null && !active.recording.created.includes(previous)) {
      throw new GradbridgeError(
        "compile",
        `backward: inside compile(), a gradient from before (${formatShape(tensor.shape)}) would be added to, but a replay ` +
          "would always add to the same one. Call zeroGrad() before backward() in the compiled function.",
      );
    }
    if (!sameShape(previous.shape, tensor.shape)) {
      throw new ShapeError(
        `backward: a tensor of shape ${formatShape(tensor.shape)} was given a grad of ${formatShape(previous.shape)}, ` +
          "to which nothing can be added. Set it to null.",
      );
    }
    next = add(previous, gradient);
  } else {
    next = copy ? clone(gradient) : gradient;
  }
  active.recording?.leaves.add(tensor);
  next.kept = true;
  tensor.grad = next;
}

function checkRoots(
  caller: string,
  outputs: Tensor | readonly Tensor[],
  seeds: Tensor | readonly (Tensor | null)[] | undefined,
): { roots: readonly Tensor[]; cotangents: Tensor[] } {
  const roots = isTensor(outputs) ? [outputs] : outputs;
  const given = seeds === undefined ? roots.map(() => null) : isTensor(seeds) ? [seeds] : seeds;
  if (roots.length === 0) throw new GradbridgeError("outputs", `${caller}: needs at least one output.`);
  if (given.length !== roots.length) {
    throw new GradbridgeError(
      "seed",
      `${caller}: ${roots.length} outputs need ${roots.length} seeds, got ${given.length}.`,
    );
  }
  const cotangents = roots.map((root, i) => {
    if (!root.requiresGrad) {
      throw new GradbridgeError(
        "no-gradient",
        `${caller}: output ${i} (${formatShape(root.shape)}) was not computed from anything that requires a gradient. ` +
          "Set { requiresGrad: true } on a tensor it comes from, and compute it outside noGrad.",
      );
    }
    return checkSeed(caller, root, given[i], i);
  });
  return { roots, cotangents };
}

function checkSeed(caller: string, root: Tensor, seed: Tensor | null | undefined, i: number): Tensor {
  if (seed === null || seed === undefined) {
    if (root.size === 1) return onesLike(root);
    throw new GradbridgeError(
      "seed",
      `${caller}: output ${i} has shape ${formatShape(root.shape)}, so it needs a seed of that shape; only an output of one element may go without.`,
    );
  }
  if (!isTensor(seed))
    throw new GradbridgeError("seed", `${caller}: seed ${i} must be a tensor, got ${typeof seed}.`);
  if (!sameShape(seed.shape, root.shape)) {
    throw new ShapeError(
      `${caller}: seed ${i} has shape ${formatShape(seed.shape)}, its output ${formatShape(root.shape)}. They must be equal: seeds do not broadcast.`,
    );
  }
  if (seed.dtype !== root.dtype) {
    throw new DTypeError(`${caller}: seed ${i} is ${seed.dtype}, its output ${root.dtype}. Use cast().`);
  }
  if (seed.storage.backend !== root.storage.backend) {
    throw new DeviceError(
      `${caller}: seed ${i} is on ${seed.device}, its output on ${root.device}. Make the seed there.`,
    );
  }
  if (!allFinite(seed)) {
    throw new GradbridgeError(
      "seed",
      `${caller}: seed ${i} (${formatShape(seed.shape)}) holds NaN or infinity. Nothing was changed.`,
    );
  }
  return seed;
}

function checkInputs(caller: string, inputs: readonly Tensor[]): void {
  if (inputs.length === 0) {
    throw new GradbridgeError(
      "inputs",
      `${caller}: the list of inputs is empty. ${caller === "grad" ? "Name at least one tensor." : "Leave it out for all leaves."}`,
    );
  }
  inputs.forEach((input, i) => {
    if (!input.requiresGrad) {
      throw new GradbridgeError(
        "no-gradient",
        `${caller}: input ${i} (${formatShape(input.shape)}) does not require a gradient.`,
      );
    }
  });
}
