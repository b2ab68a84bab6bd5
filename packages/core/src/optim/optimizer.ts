import { GradbridgeError } from "@gradbridge/random";
import { noGrad } from "../autograd/mode.ts";
import { zerosLike } from "../ops/constant-like.ts";
import { clone, overwrite } from "../ops/detach.ts";
import { effect, outsideRecording } from "../tensor/recording.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Everything an optimizer remembers: give it to `restore` of a new one over the same parameters to continue exactly. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  readonly learningRate: number;
  /** Running quantities by name, `slot.parameter index`. */
  readonly tensors: { readonly [name: string]: Tensor };
}

/** Changes parameters in place, against their gradients. Every optimizer descends. */
export interface Optimizer {
  readonly name: string;
  readonly parameters: readonly Tensor[];
  /** May be changed between steps. */
  learningRate: number;
  /** Updates every parameter that has a gradient; the others stay as they are. */
  step(): void;
  /** Forgets all gradients. */
  zeroGrad(): void;
  /** A copy of the running state. */
  state(): OptimizerState;
  /** @throws code `optimizer-state` where it does not fit these parameters; nothing is changed then. */
  restore(state: OptimizerState): void;
}

/** What changes from step to step. */
export interface StepNumbers {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly learningRate: number;
}

/** What distinguishes one optimizer from another. */
export interface UpdateRule {
  readonly name: string;
  readonly learningRate: number;
  /** Names of the running quantities kept per parameter, each in its shape, zero at first. */
  readonly slots: readonly string[];
  /**
   * Updates one parameter (and its slots) in place. `numbers` are read anew at every replay of a compiled step, so
   * kernels that hold them are given as functions.
   */
  update(parameter: Tensor, gradient: Tensor, slots: readonly Tensor[], numbers: StepNumbers): void;
}

/** What changes from step to step. */
export interface StepNumbers {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly learningRate: number;
}

/** Builds an optimizer from its rule. */
export function optimizerFrom(rule: UpdateRule, parameters: readonly Tensor[]): Optimizer {
  checkParameters(rule.name, parameters);
  const slots: (Tensor[] | null)[] = parameters.map(() => null);
  const slotsOf = (index: number): Tensor[] => {
    slots[index] ??= outsideRecording(() => rule.slots.map(() => lasting(zerosLike(parameters[index]))));
    return slots[index];
  };
  const numbers = { step: 0, learningRate: rule.learningRate };
  const optimizer: Optimizer = {
    name: rule.name,
    parameters,
    learningRate: rule.learningRate,
    step() {
      effect(() => {
        numbers.step++;
        numbers.learningRate = optimizer.learningRate;
      });
      noGrad(() => {
        parameters.forEach((parameter, i) => {
          if (parameter.grad !== null) rule.update(parameter, parameter.grad, slotsOf(i), numbers);
        });
      });
    },
    zeroGrad() {
      effect(() => {
        for (const parameter of parameters) parameter.grad = null;
      });
    },
    state() {
      const tensors: Record<string, Tensor> = {};
      parameters.forEach((_, i) => {
        slots[i]?.forEach((slot, which) => {
          tensors[`${rule.slots[which]}.${i}`] = noGrad(() => clone(slot));
        });
      });
      return { step: numbers.step, learningRate: optimizer.learningRate, tensors };
    },
    restore(state) {
      const saved = parameters.map((parameter, i) => savedSlots(rule, state, parameter, i));
      noGrad(() => {
        saved.forEach((values, i) => {
          if (values === null && slots[i] === null) return;
          // in place: a compiled step goes on with the same memory
          slotsOf(i).forEach((slot, which) => {
            overwrite(slot, values?.[which] ?? zerosLike(slot));
          });
        });
      });
      numbers.step = state.step;
      optimizer.learningRate = state.learningRate;
    },
  };
  return optimizer;
}

/** Marks a tensor that outlives the scope it was made in. */
function lasting(tensor: Tensor): Tensor {
  tensor.kept = true;
  return tensor;
}

function savedSlots(
  rule: UpdateRule,
  state: OptimizerState,
  parameter: Tensor,
  index: number,
): Tensor[] | null {
  const found = rule.slots.map((slot) => state.tensors[`${slot}.${index}`]);
  if (found.every((slot) => slot === undefined)) return null;
  return found.map((slot, which) => {
    if (slot === undefined || !sameShape(slot.shape, parameter.shape) || slot.dtype !== parameter.dtype) {
      const what = slot === undefined ? "missing" : `${slot.dtype} ${formatShape(slot.shape)}`;
      throw new GradbridgeError(
        "optimizer-state",
        `${rule.name}: the saved ${rule.slots[which]} of parameter ${index} is ${what}, ` +
          `expected ${parameter.dtype} ${formatShape(parameter.shape)}. Is the state of another network or optimizer?`,
      );
    }
    return slot;
  });
}

function checkParameters(name: string, parameters: readonly Tensor[]): void {
  if (parameters.length === 0)
    throw new GradbridgeError("parameters", `${name}: the list of parameters is empty.`);
  parameters.forEach((parameter, i) => {
    if (!parameter.isLeaf || !parameter.requiresGrad) {
      throw new GradbridgeError(
        "parameters",
        `${name}: parameter ${i} (${formatShape(parameter.shape)}) must be a leaf that requires a gradient.`,
      );
    }
  });
  if (new Set(parameters).size !== parameters.length)
    throw new GradbridgeError("parameters", `${name}: a parameter is listed twice.`);
}

/** Refuses an option that is no number in [low, high). */
export function checkOption(
  optimizer: string,
  option: string,
  value: number,
  low: number,
  high: number = Infinity,
): void {
  if (!(Number.isFinite(value) && value >= low && value < high)) {
    const range = high === Infinity ? `≥ ${low}` : `in [${low}, ${high})`;
    throw new GradbridgeError("option", `${optimizer}: ${option} must be a number ${range}, got ${value}.`);
  }
}
