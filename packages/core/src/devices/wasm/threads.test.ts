import { expect, test } from "vitest";
import type { TypedArray } from "../../tensor/dtype.ts";
import type { DeviceBuffer, Launch } from "../backend.ts";
import type { ChainOperand, ChainStep } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import { createWasmBackend, type WasmBackend } from "./backend.ts";
import type { WasmKernel } from "./launch.ts";

/** A small repeatable generator of integers below `bound`. */
function integers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** Buffers by number: a program that can be recorded on any device. */
interface Recipe {
  readonly sizes: readonly { readonly length: number; readonly integer: boolean }[];
  readonly launches: readonly {
    readonly kernel: WasmKernel;
    readonly inputs: readonly number[];
    readonly outputs: readonly number[];
  }[];
}

/**
 * A random chain of kernels over matrices of `rows` × `columns`, each reading what earlier ones wrote, with buffers written again
 * and again: every way in which one thread can depend on another.
 */
function randomRecipe(seed: number, large: boolean): Recipe {
  const next = integers(seed);
  const rows = large ? 1025 + 256 * next(4) : [33, 64, 100, 257][next(4)]!;
  const columns = [8, 12, 30, 64][next(4)]!;
  const size = rows * columns;
  const sizes = [...Array(6).fill(size), columns, rows, columns * columns, rows, size].map((length, i) => ({
    length,
    integer: i === 9,
  }));
  const [row, column, square, index, other] = [6, 7, 8, 9, 10];
  const dtype = "float32";
  const launches: Recipe["launches"][number][] = [];
  const add = (kernel: WasmKernel, inputs: number[], outputs: number[]): void => {
    launches.push({ kernel, inputs, outputs });
  };
  const product = { kind: "matmul", dtype, batch: 1, batchStrideA: 0, batchStrideB: 0 } as const;
  const shape = [rows, columns];
  const dense = [columns, 1];
  for (let i = 0; i < 30; i++) {
    const x = next(6);
    const y = (x + 1 + next(5)) % 6;
    const z = [0, 1, 2, 3, 4, 5].find((at) => at !== x && at !== y && next(3) === 0) ?? other;
    const linear = { m: rows, n: columns, k: columns, transposeA: false, transposeB: next(2) === 1 };
    switch (next(14)) {
      case 0:
        add({ kind: "unary", op: "tanh", dtype, length: size }, [x], [z]);
        break;
      case 1:
        add({ kind: "binary", op: "sub", dtype, shape, strides: [dense, dense] }, [x, y], [z]);
        break;
      case 2:
        add({ kind: "binary", op: "mul", dtype, shape, strides: [dense, [0, 1]] }, [x, row], [z]);
        break;
      case 3:
        add({ kind: "binary", op: "add", dtype, shape, strides: [dense, [1, 0]] }, [x, column], [z]);
        break;
      case 4:
        add({ ...product, ...linear, bias: true, activation: "tanh" }, [x, square, row], [z]);
        break;
      case 5: {
        const sizes = { m: columns, n: columns, k: rows, transposeA: true, transposeB: false };
        add({ ...product, ...sizes, bias: false, activation: "none" }, [x, y], [square]);
        break;
      }
      case 6:
        add({ kind: "reduce", op: "sum", dtype, outer: 1, axis: rows, inner: columns }, [x], [row]);
        break;
      case 7:
        add({ kind: "reduce", op: "max", dtype, outer: rows, axis: columns, inner: 1 }, [x], [column]);
        break;
      case 8:
        add({ kind: "softmax", op: "softmax", dtype, outer: rows, axis: columns, inner: 1 }, [x], [z]);
        break;
      case 9:
        add(
          {
            kind: "copy",
            dtype,
            shape: [columns, rows],
            inputOffset: 0,
            inputStrides: [1, columns],
            outputOffset: 0,
            outputStrides: [rows, 1],
          },
          [x],
          [z],
        );
        break;
      case 10:
        add(
          { kind: "gather", mode: "slices", dtype, outer: 1, axis: rows, inner: columns, count: rows },
          [x, index],
          [z],
        );
        break;
      case 11:
        add(
          {
            kind: "sgd",
            dtype,
            length: size,
            learningRate: 0.1,
            momentum: 0,
            dampening: 0,
            weightDecay: 0.1,
            nesterov: false,
            first: false,
          },
          [x],
          [z],
        );
        break;
      case 12: {
        const inputs = [dense, [0, 1], [1, 0]].map((strides) => ({ dtype, strides }) as const);
        const [a, b, c] = [0, 1, 2].map((at) => ({ from: "input", index: at }) as const) as [
          ChainOperand,
          ChainOperand,
          ChainOperand,
        ];
        const steps: ChainStep[] = [
          { kind: "binary", op: "sub", dtype, operands: [a, b] },
          { kind: "unary", op: "sigmoid", dtype, operands: [{ from: "step", index: 0 }] },
          { kind: "binary", op: "maximum", dtype, operands: [c, { from: "step", index: 1 }] },
        ];
        add({ kind: "chain", dtype, shape, inputs, steps }, [x, row, column], [z]);
        break;
      }
      default:
        add(
          {
            kind: "binary",
            op: "minimum",
            dtype,
            shape: [size],
            strides: [[1]],
            scalar: { side: "right", value: 0.7 },
          },
          [x],
          [z],
        );
    }
  }
  return { sizes, launches };
}

/** Runs a recipe several times on fresh buffers; every buffer afterwards. */
function run(backend: WasmBackend, { sizes, launches }: Recipe, recorded: boolean): TypedArray[] {
  const buffers = sizes.map(({ length, integer }, at): DeviceBuffer => {
    const buffer = backend.allocate(integer ? "int32" : "float32", length);
    const values = integer
      ? Int32Array.from({ length }, (_, i) => (i * 7) % length)
      : Float32Array.from({ length }, (_, i) => Math.sin(i * 1.3 + at));
    backend.write(buffer, values);
    return buffer;
  });
  const placed: Launch<WasmKernel>[] = launches.map(({ kernel, inputs, outputs }) => ({
    kernel,
    inputs: inputs.map((at) => buffers[at]!),
    outputs: outputs.map((at) => buffers[at]!),
  }));
  const program = recorded ? backend.record(placed, []) : null;
  for (let i = 0; i < 3; i++) {
    if (program !== null) program.run([]);
    else for (const { kernel, inputs, outputs } of placed) backend.run(kernel, inputs, outputs);
  }
  return buffers.map((buffer) => backend.readSync(buffer));
}

/** Keeps a device at work until its threads have joined; they come up whenever the system lets them. */
async function awaitThreads(backend: WasmBackend): Promise<void> {
  const length = 1 << 18;
  const [x, y] = [backend.allocate("float32", length), backend.allocate("float32", length)];
  const kernel = { kind: "unary", op: "tanh", dtype: "float32", length } as const;
  backend.write(x, new Float32Array(length));
  const program = backend.record([{ kernel, inputs: [x], outputs: [y] }], []);
  const began = performance.now();
  while (backend.programsShared() === 0) {
    if (performance.now() - began > 50_000) throw new Error("the threads never joined");
    program.run([]);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

test("1, 2, 3 and 4 threads give the same bits as kernels run one by one, on random programs", async () => {
  const devices = [1, 2, 3, 4].map((threads) => createWasmBackend({ threads }));
  for (const device of devices.slice(1)) await awaitThreads(device);
  const shared = devices.map((device) => device.programsShared());
  for (let seed = 0; seed < 40; seed++) {
    // Large ones have several tasks for each thread.
    const recipe = randomRecipe(seed, seed % 8 === 7);
    const wanted = run(devices[0]!, recipe, false);
    for (const device of devices) expect(run(device, recipe, true)).toEqual(wanted);
  }
  for (const [i, device] of devices.entries()) {
    if (i > 0) expect(device.programsShared()).toBeGreaterThan(shared[i]!);
    device.dispose();
  }
});

test("new numbers reach every thread's part", async () => {
  const backend = createWasmBackend({ threads: 2 });
  await awaitThreads(backend);
  const length = 100_000;
  const [gradient, parameter] = [0, 0].map(() => backend.allocate("float32", length)) as [
    DeviceBuffer,
    DeviceBuffer,
  ];
  backend.write(gradient, new Float32Array(length).fill(1));
  backend.write(parameter, new Float32Array(length));
  const descent = (learningRate: number): Kernel => ({
    kind: "sgd",
    dtype: "float32",
    length,
    learningRate,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    first: false,
  });
  const scale = (value: number): Kernel => ({
    kind: "binary",
    op: "mul",
    dtype: "float32",
    shape: [length],
    strides: [[1]],
    scalar: { side: "right", value },
  });
  const scaled = backend.allocate("float32", length);
  const program = backend.record(
    [
      { kernel: descent(1), inputs: [gradient], outputs: [parameter] },
      { kernel: scale(1), inputs: [parameter], outputs: [scaled] },
    ],
    [],
  );
  program.run([]);
  program.setKernel(0, descent(0.5));
  program.setKernel(1, scale(-2));
  program.run([]);
  expect(backend.readSync(parameter)).toEqual(new Float32Array(length).fill(-1.5));
  expect(backend.readSync(scaled)).toEqual(new Float32Array(length).fill(3));
  expect(() => program.setKernel(1, { ...scale(1), shape: [50, 2], strides: [[4, 1]] } as Kernel)).toThrow(
    expect.objectContaining({ code: "compile" }),
  );
  backend.dispose();
});

test("eager kernels that take long are shared too, and give the same bits", async () => {
  const alone = createWasmBackend();
  const backend = createWasmBackend({ threads: 2 });
  await awaitThreads(backend);
  const rows = 700;
  const length = rows * rows;
  const product: Kernel = {
    kind: "matmul",
    dtype: "float32",
    batch: 1,
    m: rows,
    n: rows,
    k: rows,
    transposeA: false,
    transposeB: true,
    batchStrideA: 0,
    batchStrideB: 0,
    bias: true,
    activation: "tanh",
  };
  const sine: Kernel = { kind: "unary", op: "sin", dtype: "float32", length };
  const began = backend.programsShared();
  const outcome = (device: WasmBackend): TypedArray[] => {
    const [x, y, bias, z, w] = [length, length, rows, length, length].map((size, at) => {
      const buffer = device.allocate("float32", size);
      device.write(
        buffer,
        Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + at) / 8),
      );
      return buffer;
    }) as [DeviceBuffer, DeviceBuffer, DeviceBuffer, DeviceBuffer, DeviceBuffer];
    device.run(product, [x, y, bias], [z]);
    device.run(sine, [z], [w]);
    device.run(product, [w, z, bias], [x]);
    return [x, z, w].map((buffer) => device.readSync(buffer));
  };
  const wanted = outcome(alone);
  for (let i = 0; i < 100 && (i < 2 || backend.programsShared() === began); i++)
    expect(outcome(backend)).toEqual(wanted);
  expect(backend.programsShared()).toBeGreaterThan(began);
  alone.dispose();
  backend.dispose();
});
