import { describe, expect, it } from "vitest";
import { type Options, operationTable } from "../fixtures/operation-table.ts";
import {
  expectRecorded,
  type Packed,
  readRecording,
  type Setting,
  settings,
  unpack,
} from "../fixtures/recorded.ts";
import { add, backward, grad, sum, type Tensor } from "../index.ts";

interface Recorded {
  readonly value: number;
  readonly gradient: Packed | null;
}

interface Program {
  readonly mode: "backward" | "grad" | "second";
  readonly leaves: readonly { readonly value: Packed; readonly requiresGrad: boolean }[];
  readonly steps: readonly {
    readonly op: string;
    readonly inputs: readonly number[];
    readonly options: Options;
  }[];
  readonly roots: readonly number[];
  readonly seeds: readonly (Packed | null)[];
  readonly hooks: readonly { readonly value: number; readonly factor: number }[];
  readonly inputs: readonly number[] | null;
  readonly retained: readonly number[];
  readonly passes: number;
  readonly gradients: readonly Recorded[];
  readonly second: readonly Recorded[];
}

const { cases } = readRecording<{ cases: Program[] }>("programs");

/** Every value of a program, leaves first. */
function run(program: Program, setting: Setting): Tensor[] {
  const values = program.leaves.map(({ value, requiresGrad }) => unpack(value, setting, requiresGrad));
  for (const { op, inputs, options } of program.steps) {
    const operands = inputs.map((i) => values[i]);
    values.push(operationTable[op](operands, options));
  }
  for (const { value, factor } of program.hooks)
    values[value].registerHook((gradient) => gradient.mul(factor));
  return values;
}

function compare(
  program: Program,
  gradients: readonly (Tensor | null)[],
  recorded: readonly Recorded[],
  setting: Setting,
): void {
  recorded.forEach(({ value, gradient }, i) => {
    expectRecorded(
      gradients[i],
      gradient,
      setting,
      `gradient of value ${value} of ${program.leaves.length} leaves`,
    );
  });
}

it("there are a hundred programs with every feature", () => {
  expect(cases.length).toBe(100);
  for (const feature of [
    (program: Program) => program.roots.length > 1,
    (program: Program) => program.seeds.includes(null),
    (program: Program) => program.hooks.length > 0,
    (program: Program) => program.passes > 1,
    (program: Program) => program.retained?.length > 0,
    (program: Program) => program.mode === "backward" && program.inputs !== null,
    (program: Program) => program.gradients.some(({ gradient }) => gradient === null),
    (program: Program) => program.roots.some((root) => root < program.leaves.length),
  ]) {
    expect(cases.filter(feature).length).toBeGreaterThanOrEqual(5);
  }
});

describe.each(settings)("$name: random programs", (setting) => {
  it.each(cases.map((each, i) => ({ ...each, i })))("$i $mode", (program) => {
    const values = run(program, setting);
    const roots = program.roots.map((i) => values[i]);
    const seeds = program.seeds.map((seed) => (seed === null ? null : unpack(seed, setting)));
    const inputs = program.inputs?.map((i) => values[i]);
    if (program.mode === "backward") {
      for (const i of program.retained) values[i].retainGrad();
      for (let pass = 0; pass < program.passes; pass++) {
        backward(roots, seeds, { retainGraph: true, ...(inputs === undefined ? {} : { inputs }) });
      }
      const gradients = program.gradients.map(({ value }) => values[value].grad);
      compare(program, gradients, program.gradients, setting);
      return;
    }
    const createGraph = program.mode === "second";
    const gradients = grad(roots, inputs!, { seeds, createGraph, allowUnused: true });
    compare(program, gradients, program.gradients, setting);
    if (!createGraph) return;
    const squares = gradients.flatMap((gradient) => (gradient === null ? [] : [sum(gradient.square())]));
    const total = [...squares, ...roots.map((root) => sum(root))].reduce((x, y) => add(x, y));
    const leaves = program.second.map(({ value }) => values[value]);
    compare(program, grad(total, leaves, { allowUnused: true }), program.second, setting);
  });
});
