import { describe, expect, it } from "vitest";
import {
  expectRecorded,
  type Packed,
  readRecording,
  type Setting,
  settings,
  unpack,
} from "../fixtures/recorded.ts";
import { adam, adamW, clipGradNorm, type Optimizer, rmsprop, sgd, type Tensor } from "../index.ts";

interface Trajectory {
  readonly optimizer: keyof typeof optimizers;
  readonly options: { readonly learningRate: number };
  readonly start: readonly Packed[];
  readonly steps: readonly {
    readonly gradients: readonly (Packed | null)[];
    readonly parameters: readonly Packed[];
    readonly learningRate: number;
  }[];
}

interface Clipping {
  readonly maxNorm: number;
  readonly before: readonly (Packed | null)[];
  readonly after: readonly (Packed | null)[];
  readonly norm: Packed;
}

const optimizers = { sgd, adam, adamW, rmsprop };
const { trajectories, clipping } = readRecording<{ trajectories: Trajectory[]; clipping: Clipping[] }>(
  "optimizers",
);

/** Takes the recorded steps from `first` on, and compares the parameters after each. */
function follow(
  { steps }: Trajectory,
  parameters: readonly Tensor[],
  optimizer: Optimizer,
  setting: Setting,
  [first, end]: readonly [number, number],
): void {
  steps.slice(first, end).forEach((step, i) => {
    optimizer.learningRate = step.learningRate;
    parameters.forEach((parameter, which) => {
      const gradient = step.gradients[which];
      parameter.grad = gradient === null ? null : unpack(gradient, setting);
    });
    optimizer.step();
    parameters.forEach((parameter, which) => {
      expectRecorded(
        parameter,
        step.parameters[which],
        setting,
        `parameter ${which} after step ${first + i}`,
      );
    });
  });
}

describe.each(settings)("$name", (setting) => {
  it.each(trajectories.map((each, i) => ({ ...each, i })))("$i $optimizer $options", (trajectory) => {
    const make = (): Optimizer => optimizers[trajectory.optimizer](parameters, trajectory.options);
    const parameters = trajectory.start.map((start) => unpack(start, setting, true));
    const optimizer = make();
    follow(trajectory, parameters, optimizer, setting, [0, 2]);
    follow(trajectory, parameters, optimizer, setting, [2, 12]);
    // the rest with another optimizer that takes over its state: counts per parameter included
    const successor = make();
    successor.restore(optimizer.state());
    follow(trajectory, parameters, successor, setting, [12, 20]);
    expect(successor.state().step).toBe(20);
  });

  it.each(clipping)("gradients clipped to $maxNorm", ({ maxNorm, before, after, norm }) => {
    const parameters = before.map((gradient, i) => {
      const parameter = unpack(before[i] ?? { dtype: "float64", shape: [0], data: "" }, setting, true);
      parameter.grad = gradient === null ? null : unpack(gradient, setting);
      return parameter;
    });
    expectRecorded(clipGradNorm(parameters, maxNorm), norm, setting, "norm");
    parameters.forEach((parameter, i) => {
      expectRecorded(parameter.grad, after[i], setting, `gradient ${i}`);
    });
  });
});
