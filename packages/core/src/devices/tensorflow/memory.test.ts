import { describe, expect, test, vi } from "vitest";
import { DTypeError } from "../../errors.ts";
import { loadPlainTensorFlow } from "../../fixtures/plain-tensorflow.ts";
import type { Backend, DeviceBuffer } from "../backend.ts";
import { createTensorFlowBackend } from "./backend.ts";

const tf = await loadPlainTensorFlow();

function fill(length: number, value: number) {
  return { kind: "fill", dtype: "float32", length, value } as const;
}

function filled(backend: Backend, length: number, value: number): DeviceBuffer {
  const buffer = backend.allocate("float32", length);
  backend.run(fill(length, value), [], [buffer]);
  return buffer;
}

test("buffers nobody frees, in a loop that never yields: tensors stay within the budget, survivors intact", () => {
  const before = tf.memory().numTensors;
  const backend = createTensorFlowBackend(tf, { residentBytes: 2 ** 24 });
  const survivors = Array.from({ length: 20 }, (_, i) => filled(backend, 10 * i + 1, i));
  let most = 0;
  for (let i = 0; i < 20_000; i++) {
    filled(backend, 1 + (i % 500), i);
    most = Math.max(most, tf.memory().numTensors - before);
  }
  expect(most).toBeLessThanOrEqual(2 ** 10);
  for (const [i, buffer] of survivors.entries()) {
    expect(backend.readSync!(buffer)).toEqual(new Float32Array(10 * i + 1).fill(i));
    const doubled = backend.allocate("float32", buffer.length);
    const strides = [[1], [1]];
    const add = { kind: "binary", op: "add", dtype: "float32", shape: [buffer.length], strides } as const;
    backend.run(add, [buffer, buffer], [doubled]);
    expect(backend.readSync!(doubled)).toEqual(new Float32Array(10 * i + 1).fill(2 * i));
  }
  backend.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test("a working set beyond the budget makes the budget grow, instead of going in and out for ever", () => {
  const backend = createTensorFlowBackend(tf, { residentBytes: 2 ** 18 });
  const before = tf.memory().numTensors;
  const working = Array.from({ length: 40 }, (_, i) => filled(backend, 1000, i));
  for (let lap = 0; lap < 40; lap++) {
    for (const buffer of working) {
      backend.run({ kind: "unary", op: "neg", dtype: "float32", length: 1000 }, [buffer], [working[0]!]);
    }
  }
  expect(tf.memory().numTensors - before).toBe(40);
  backend.dispose();
});

test("a caller's tf.tidy does not take the device's tensors away", () => {
  const backend = createTensorFlowBackend(tf);
  const { startScope, endScope } = tf.engine() as unknown as { startScope(): void; endScope(): void };
  startScope.call(tf.engine());
  const buffer = filled(backend, 3, 7);
  endScope.call(tf.engine());
  expect(backend.readSync!(buffer)).toEqual(new Float32Array(3).fill(7));
  backend.dispose();
});

test("a buffer keeps its own copy of what was written, and gives copies away", async () => {
  const backend = createTensorFlowBackend(tf);
  const buffer = backend.allocate("float32", 3);
  expect(backend.readSync!(buffer)).toEqual(new Float32Array(3));
  const values = Float32Array.of(1, 2, 3);
  backend.write(buffer, values);
  values[0] = 9;
  const negated = backend.allocate("float32", 3);
  backend.run({ kind: "unary", op: "neg", dtype: "float32", length: 3 }, [buffer], [negated]);
  for (const read of [backend.readSync!(buffer), await backend.read(buffer)]) {
    expect(read).toEqual(Float32Array.of(1, 2, 3));
    read[1] = 9;
  }
  expect(backend.readSync!(buffer)).toEqual(Float32Array.of(1, 2, 3));
  expect(backend.readSync!(negated)).toEqual(Float32Array.of(-1, -2, -3));
});

describe("bad input", () => {
  const backend = createTensorFlowBackend(tf);
  const code = (name: string) => expect.objectContaining({ code: name });

  test("a dtype the device lacks", () => {
    expect(() => backend.allocate("float64", 1)).toThrow(DTypeError);
    expect(() => backend.run({ ...fill(1, 0), dtype: "float64" }, [], [])).toThrow(
      "fill: the device tensorflow",
    );
  });

  test("another device's buffer, wrong values, a freed buffer", () => {
    const buffer = backend.allocate("float32", 3);
    expect(() => backend.run(fill(3, 0), [], [{ dtype: "float32", length: 3 }])).toThrow(code("device"));
    expect(() => backend.write(buffer, new Float32Array(4))).toThrow(code("shape"));
    expect(() => backend.write(buffer, new Int32Array(3))).toThrow(code("dtype"));
    backend.free(buffer);
    expect(() => backend.free(buffer)).toThrow(code("freed"));
    expect(() => backend.run(fill(3, 0), [], [buffer])).toThrow(code("freed"));
  });

  test("more than there is memory for: code out-of-memory, and the device goes on", () => {
    const before = tf.memory().numTensors;
    const huge = backend.allocate("float32", 2 ** 40);
    expect(() => backend.run(fill(2 ** 40, 0), [], [huge])).toThrow(code("out-of-memory"));
    expect(tf.memory().numTensors).toBe(before);
    expect(backend.readSync!(filled(backend, 2, 1))).toEqual(new Float32Array(2).fill(1));
  });

  test("TensorFlow's own words for it", () => {
    const words =
      "Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1024,1024] and type float";
    const kernel = vi.spyOn(tf, "getKernel").mockReturnValue({
      kernelFunc: () => {
        throw new Error(words);
      },
    });
    expect(() => filled(createTensorFlowBackend(tf), 4, 1)).toThrow(code("out-of-memory"));
    kernel.mockRestore();
  });

  test("after dispose nothing works, and says why", () => {
    const other = createTensorFlowBackend(tf);
    const buffer = filled(other, 3, 1);
    other.dispose();
    expect(() => other.readSync!(buffer)).toThrow("the device was disposed");
    expect(() => filled(other, 3, 1)).toThrow("the device was disposed");
  });
});
