import { GradbridgeError } from "@gradbridge/random";
import { noGrad } from "../autograd/mode.ts";
import type { FusedKind } from "../devices/kernel.ts";
import { ShapeError } from "../errors.ts";
import { zerosLike } from "../ops/constant-like.ts";
import { clone, overwrite } from "../ops/detach.ts";
import { filledLike } from "../ops/launch.ts";
import { allocateArray, type TypedArray } from "../tensor/dtype.ts";
import { active, effect, outsideRecording } from "../tensor/recording.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Everything an optimizer remembers: give it to `restore` of a new one over the same parameters to continue exactly. */
export interface OptimizerState {
  /** Steps taken. */
  readonly step: number;
  readonly learningRate: number;
  /**
   * Running quantities by name, `slot.parameter index`; and, for a parameter that had a gradient in fewer steps than
   * were taken, in how many: `step.parameter index`, an int32 scalar.
   */
  readonly tensors: { readonly [name: string]: Tensor };
}

/** Changes parameters in place, against their gradients. Every optimizer descends. */
export interface Optimizer {
  readonly name: string;
  readonly parameters: readonly Tensor[];
  /** May be changed between steps. */
  learningRate: number;
  /**
   * Updates every parameter that has a gradient; the others stay as they are.
   * @throws code `shape` where a `grad` was assigned that is not like its parameter.
   */
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
  /** Steps in which this parameter had a gradient, this one included. */
  readonly step: number;
  readonly learningRate: number;
}

/** A parameter that has a gradient, and its running quantities. */
export interface DueParameter {
  readonly parameter: Tensor;
  readonly gradient: Tensor;
  readonly slots: readonly Tensor[];
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
  update(due: DueParameter, numbers: StepNumbers): void;
  /** For devices that update all parameters in one launch, with the numbers in memory; absent where no kernel does that. */
  readonly together?: {
    readonly kind: FusedKind;
    /** Numbers per parameter. */
    readonly width: number;
    write(numbers: StepNumbers, table: TypedArray, row: number): void;
    /** Parameter i has its numbers in row i. */
    update(due: readonly DueParameter[], table: Tensor): void;
  };
}

/** Builds an optimizer from its rule. */
export function optimizerFrom(rule: UpdateRule, parameters: readonly Tensor[]): Optimizer {
  checkParameters(rule.name, parameters);
  const slots: (Tensor[] | null)[] = parameters.map(() => null);
  const slotsOf = (index: number): Tensor[] => {
    slots[index] ??= outsideRecording(() => rule.slots.map(() => lasting(zerosLike(parameters[index]))));
    return slots[index];
  };
  const numbers = parameters.map(() => ({ step: 0, learningRate: rule.learningRate }));
  let steps = 0;
  // A recorded step writes the numbers of its next run here before its kernels run, so every recorded step has a table of its own.
  let eagerTable: Tensor | null = null;
  const tableOf = (due: readonly number[], { width, write }: NonNullable<UpdateRule["together"]>): Tensor => {
    const make = (): Tensor =>
      outsideRecording(() => lasting(filledLike(parameters[0], [parameters.length, width], 0)));
    if (active.recording === null) eagerTable ??= make();
    const table = active.recording === null ? eagerTable! : make();
    const values = allocateArray(table.dtype, parameters.length * width);
    effect(() => {
      for (let row = 0; row < due.length; row++) write(numbers[due[row]], values, row);
      table.storage.backend.write(table.storage.buffer, values);
    });
    return table;
  };
  const optimizer: Optimizer = {
    name: rule.name,
    parameters,
    learningRate: rule.learningRate,
    step() {
      effect(() => {
        steps++;
      });
      const due = parameters.flatMap(({ grad }, i) => (grad === null ? [] : [i]));
      for (const i of due) checkGradientOf(rule.name, parameters[i], i);
      effect(() => {
        for (const i of due) {
          numbers[i].step++;
          numbers[i].learningRate = optimizer.learningRate;
        }
      });
      const { together } = rule;
      noGrad(() => {
        const list = due.map((i) => ({
          parameter: parameters[i],
          gradient: parameters[i].grad!,
          slots: slotsOf(i),
        }));
        if (together !== undefined && fitTogether(list, together.kind)) {
          together.update(list, tableOf(due, together));
        } else {
          for (const [k, one] of list.entries()) rule.update(one, numbers[due[k]]);
        }
      });
    },
    zeroGrad() {
      effect(() => {
        for (const parameter of parameters) parameter.grad = null;
      });
    },
    state() {
      const tensors: Record<string, Tensor> = {};
      parameters.forEach((parameter, i) => {
        slots[i]?.forEach((slot, which) => {
          tensors[`${rule.slots[which]}.${i}`] = noGrad(() => clone(slot));
        });
        const { step } = numbers[i];
        if (slots[i] !== null && step !== steps)
          tensors[`step.${i}`] = filledLike(parameter, [], step, "int32");
      });
      return { step: steps, learningRate: optimizer.learningRate, tensors };
    },
    restore(state) {
      checkNames(rule, state, parameters.length);
      const saved = parameters.map((parameter, i) => savedSlots(rule, state, parameter, i));
      const counts = saved.map((values, i) =>
        values === null ? 0 : (state.tensors[`step.${i}`]?.item() ?? state.step),
      );
      noGrad(() => {
        saved.forEach((values, i) => {
          numbers[i].step = counts[i];
          if (values === null && slots[i] === null) return;
          // in place: a compiled step goes on with the same memory
          slotsOf(i).forEach((slot, which) => {
            overwrite(slot, values?.[which] ?? zerosLike(slot));
          });
        });
      });
      steps = state.step;
      optimizer.learningRate = state.learningRate;
    },
  };
  return optimizer;
}

/**
 * Whether one launch can update all of them: they are of one dtype on one device that has the kernel, and none of them is what
 * another one reads or writes.
 */
function fitTogether(due: readonly DueParameter[], kind: FusedKind): boolean {
  if (due.length === 0) return false;
  const [{ parameter: first }] = due;
  if (first.storage.backend.fused?.includes(kind) !== true) return false;
  const written = new Set(due.map(({ parameter }) => parameter.storage));
  if (written.size < due.length) return false;
  return due.every(
    ({ parameter, gradient }) =>
      parameter.size > 0 &&
      parameter.dtype === first.dtype &&
      parameter.storage.backend === first.storage.backend &&
      !written.has(gradient.storage),
  );
}

/** Marks a tensor that outlives the scope it was made in. */
function lasting(tensor: Tensor): Tensor {
  tensor.kept = true;
  return tensor;
}

/** Refuses what another optimizer, or one of more parameters, saved. */
function checkNames(rule: UpdateRule, state: OptimizerState, count: number): void {
  for (const name of Object.keys(state.tensors)) {
    const [slot, index] = name.split(".");
    if ((slot === "step" || rule.slots.includes(slot)) && Number(index) < count) continue;
    throw new GradbridgeError(
      "optimizer-state",
      `${rule.name}: the state holds "${name}", but ${rule.name} of ${count} parameters keeps ` +
        `${rule.slots.length === 0 ? "nothing" : rule.slots.join(", ")} per parameter. Is it of another network or optimizer?`,
    );
  }
}

function savedSlots(
  rule: UpdateRule,
  state: OptimizerState,
  parameter: Tensor,
  index: number,
): Tensor[] | null {
  const found = rule.slots.map((slot) => state.tensors[`${slot}.${index}`]);
  if (rule.slots.length > 0 && found.every((slot) => slot === undefined)) return null;
  return found.map((slot, which) => {
    const fits =
      slot !== undefined &&
      sameShape(slot.shape, parameter.shape) &&
      slot.dtype === parameter.dtype &&
      slot.device === parameter.device;
    if (!fits) {
      const what = slot === undefined ? "missing" : describe(slot);
      throw new GradbridgeError(
        "optimizer-state",
        `${rule.name}: the saved ${rule.slots[which]} of parameter ${index} is ${what}, ` +
          `expected ${describe(parameter)}. Is the state of another network or optimizer?`,
      );
    }
    return slot;
  });
}

/** `grad` can be assigned: a kernel must not meet another size than the parameter's. */
function checkGradientOf(name: string, parameter: Tensor, index: number): void {
  const gradient = parameter.grad!;
  if (
    sameShape(gradient.shape, parameter.shape) &&
    gradient.dtype === parameter.dtype &&
    gradient.storage.backend === parameter.storage.backend
  )
    return;
  throw new ShapeError(
    `${name}: parameter ${index} is ${describe(parameter)}, its grad ${describe(gradient)}. They must be alike.`,
  );
}

function describe(x: Tensor): string {
  return `${x.dtype} ${formatShape(x.shape)} on ${x.device}`;
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
