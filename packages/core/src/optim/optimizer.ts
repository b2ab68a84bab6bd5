import { GradbridgeError } from "@gradbridge/random";
import { noGrad } from "../autograd/mode.ts";
import { zerosLike } from "../ops/constant-like.ts";
import { clone } from "../ops/detach.ts";
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

/** What distinguishes one optimizer from another. */
export interface UpdateRule {
  readonly name: string;
  readonly learningRate: number;
  /** Names of the running quantities kept per parameter, each in its shape, zero at first. */
  readonly slots: readonly string[];
  /** Updates one parameter (and its slots) in place. `step` counts from 1. */
  update(
    parameter: Tensor,
    gradient: Tensor,
    slots: readonly Tensor[],
    step: number,
    learningRate: number,
  ): void;
}

/** Builds an optimizer from its rule. */
export function optimizerFrom(rule: UpdateRule, parameters: readonly Tensor[]): Optimizer {
  checkParameters(rule.name, parameters);
  const slots: (Tensor[] | null)[] = parameters.map(() => null);
  const slotsOf = (index: number): Tensor[] => {
    slots[index] ??= rule.slots.map(() => {
      const slot = zerosLike(parameters[index]);
      slot.kept = true;
      return slot;
    });
    return slots[index];
  };
  let steps = 0;
  return {
    name: rule.name,
    parameters,
    learningRate: rule.learningRate,
    step() {
      steps++;
      noGrad(() => {
        parameters.forEach((parameter, i) => {
          if (parameter.grad !== null)
            rule.update(parameter, parameter.grad, slotsOf(i), steps, this.learningRate);
        });
      });
    },
    zeroGrad() {
      for (const parameter of parameters) parameter.grad = null;
    },
    state() {
      const tensors: Record<string, Tensor> = {};
      parameters.forEach((_, i) => {
        slots[i]?.forEach((slot, which) => {
          tensors[`${rule.slots[which]}.${i}`] = noGrad(() => clone(slot));
        });
      });
      return { step: steps, learningRate: this.learningRate, tensors };
    },
    restore(state) {
      const restored = parameters.map((parameter, i) => restoreSlots(rule, state, parameter, i));
      restored.forEach((values, i) => {
        slots[i] = values;
      });
      steps = state.step;
      this.learningRate = state.learningRate;
    },
  };
}

function restoreSlots(
  rule: UpdateRule,
  state: OptimizerState,
  parameter: Tensor,
  index: number,
): Tensor[] | null {
  const found = rule.slots.map((slot) => state.tensors[`${slot}.${index}`]);
  if (found.every((slot) => slot === undefined)) return null;
  return found.map((slot, which) => {
    if (slot === undefined || !sameShape(slot.shape, parameter.shape) || slot.dtype !== parameter.dtype) {
      throw new GradbridgeError(
        "optimizer-state",
        `${rule.name}: the saved ${rule.slots[which]} of parameter ${index} is ${slot === undefined ? "missing" : `${slot.dtype} ${formatShape(slot.shape)}`}, ` +
          `expected ${parameter.dtype} ${formatShape(parameter.shape)}. Is the state of another network or optimizer?`,
      );
    }
    const copy = noGrad(() => clone(slot));
    copy.kept = true;
    return copy;
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
