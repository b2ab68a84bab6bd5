import { expect, test } from "vitest";
import type { DeviceBuffer, Launch } from "../backend.ts";
import type { AnyKernel, Kernel } from "../kernel.ts";
import { scheduleOf } from "./schedule.ts";

const buffer = (length: number): DeviceBuffer => ({ dtype: "float32", length });
const product = (m: number, n: number, k: number): Kernel => ({
  kind: "matmul",
  dtype: "float32",
  batch: 1,
  batchStrideA: 0,
  batchStrideB: 0,
  m,
  n,
  k,
  transposeA: false,
  transposeB: false,
  bias: false,
  activation: "none",
});

/** x W₁, then tanh of it, then that times W₂: rows stay with their lanes. */
function chain(rows: number, width: number): Launch[] {
  const [x, y, z, out] = [0, 0, 0, 0].map(() => buffer(rows * width)) as [
    DeviceBuffer,
    DeviceBuffer,
    DeviceBuffer,
    DeviceBuffer,
  ];
  const [first, second] = [buffer(width * width), buffer(width * width)];
  const tanh: Kernel = { kind: "unary", op: "tanh", dtype: "float32", length: rows * width };
  return [
    { kernel: product(rows, width, width), inputs: [x, first], outputs: [y] },
    { kernel: tanh, inputs: [y], outputs: [z] },
    { kernel: product(rows, width, width), inputs: [z, second], outputs: [out] },
  ];
}

test.each([
  [64, 2, 2],
  [4096, 2, 4],
  [4096, 3, 6],
  [4096, 64, 32],
])(
  "a chain of %i rows for %i threads is one section of %i tasks, each of equal work",
  (rows, threads, lanes) => {
    const { sections, shared } = scheduleOf(chain(rows, 64), threads);
    expect(shared).toBe(true);
    expect(sections.length).toBe(1);
    const tasks = sections[0]!;
    expect(tasks.length).toBe(lanes);
    for (const task of tasks) {
      expect(task.map(({ index }) => index)).toEqual([0, 1, 2]);
      const { from, to } = task[0]!.cut!;
      expect(Math.abs(to - from - rows / lanes)).toBeLessThanOrEqual(4);
      expect(task[1]!.cut).toEqual({ from: from * 64, to: to * 64 });
      expect(task[2]!.cut).toEqual({ from, to });
    }
  },
);

test("what needs all rows begins a section", () => {
  const launches = chain(4096, 64);
  const out = launches[2]!.outputs[0]!;
  const sum: Kernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 4096, inner: 64 };
  const { sections } = scheduleOf([...launches, { kernel: sum, inputs: [out], outputs: [buffer(64)] }], 2);
  expect(sections.map((tasks) => [...new Set(tasks.flat().map(({ index }) => index))])).toEqual([
    [0, 1, 2],
    [3],
  ]);
});

test("a short launch is cut where threads have its rows, and whole where one thread has what it reads", () => {
  const launches = chain(256, 64);
  const out = launches[2]!.outputs[0]!;
  const [sums, column, mean, centered] = [buffer(256), buffer(256), buffer(1), buffer(256)];
  const rows: Kernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 256, axis: 64, inner: 1 };
  const sum: Kernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 256, inner: 1 };
  const shape = [256];
  const exponential: Kernel = { kind: "unary", op: "exp", dtype: "float32", length: 256 };
  const minus: Kernel = { kind: "binary", op: "sub", dtype: "float32", shape, strides: [[1], [0]] };
  const { sections } = scheduleOf(
    [
      ...launches,
      { kernel: rows, inputs: [out], outputs: [sums] },
      { kernel: exponential, inputs: [sums], outputs: [buffer(256)] },
      { kernel: sum, inputs: [column], outputs: [mean] },
      { kernel: minus, inputs: [column, mean], outputs: [centered] },
    ],
    2,
  );
  expect(sections.length).toBe(1);
  const [first, second] = sections[0]!.map((task) => task.filter(({ index }) => index > 2));
  expect(first).toEqual([
    { index: 3, cut: { from: 0, to: 128 } },
    { index: 4, cut: { from: 0, to: 128 } },
    { index: 5, cut: null },
    { index: 6, cut: null },
  ]);
  expect(second).toEqual([
    { index: 3, cut: { from: 128, to: 256 } },
    { index: 4, cut: { from: 128, to: 256 } },
  ]);
});

test("sections that take less than a meeting of threads are one task", () => {
  const launches = chain(4096, 64);
  const out = launches[2]!.outputs[0]!;
  const sum: Kernel = { kind: "reduce", op: "sum", dtype: "float32", outer: 1, axis: 4096, inner: 64 };
  const [sums, square, other] = [buffer(64), buffer(1), buffer(1)];
  const squares: AnyKernel = { kind: "sumOfSquares", dtype: "float32", length: 64 };
  const add: Kernel = { kind: "binary", op: "add", dtype: "float32", shape: [], strides: [[], []] };
  const { sections } = scheduleOf(
    [
      ...launches,
      { kernel: sum, inputs: [out], outputs: [sums] },
      { kernel: squares, inputs: [sums], outputs: [square] },
      { kernel: squares, inputs: [sums], outputs: [other] },
      { kernel: add, inputs: [square, other], outputs: [buffer(1)] },
    ],
    2,
  );
  const indexes = sections.map((tasks) => tasks.map((task) => task.map(({ index }) => index)));
  expect(indexes.slice(1)).toEqual([
    [[3], [3], [3], [3]],
    [[4, 5, 6], [], [], []],
  ]);
});

test("a few short launches are not worth sharing", () => {
  expect(scheduleOf(chain(4, 8), 2).shared).toBe(false);
});
