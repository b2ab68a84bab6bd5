import { GradbridgeError } from "@gradbridge/random";
import { DTypeError, ShapeError } from "../../errors.ts";
import { allocateArray, type DType, dtypeOf, type TypedArray } from "../../tensor/dtype.ts";
import type { Backend, DeviceBuffer } from "../backend.ts";
import type { Kernel } from "../kernel.ts";
import { refuseIntegers } from "../refuse-integers.ts";
import { KernelCalls } from "./calls.ts";
import { binary, cast, compare, unary, where } from "./elementwise.ts";
import { matmul } from "./matmul.ts";
import { TensorFlowBuffer, TensorMemory } from "./memory.ts";
import { copy, gather, scatterAdd } from "./movement.ts";
import { adam, sgd } from "./optimizer.ts";
import { cumsum, reduce, softmax } from "./reduce.ts";
import type { TensorInfo, Tfjs } from "./tfjs.ts";

export interface TensorFlowBackendOptions {
  /**
   * Bytes that tensors may occupy on the device before the oldest move to the host (`memory.ts`). Grows by itself where
   * the working set needs more. Default: 64 MiB.
   */
  readonly residentBytes?: number;
}

/**
 * A device over TensorFlow.js: each kernel of ours becomes a few of its kernels, on float32 and int32.
 *
 * @param tf `@tensorflow/tfjs-core` or a module that exports as much, with a backend chosen: "tensorflow" (tfjs-node),
 * or "cpu". The backend that is current now is the one that is used.
 * @throws later, from `run`, code `out-of-memory`.
 */
export function createTensorFlowBackend(tf: Tfjs, options: TensorFlowBackendOptions = {}): Backend {
  return new TensorFlowBackend(tf, options.residentBytes ?? 64 * 2 ** 20);
}

class TensorFlowBackend implements Backend {
  readonly name = "tensorflow";
  readonly dtypes: readonly DType[] = ["float32", "int32"];
  private readonly memory: TensorMemory;
  private readonly calls: KernelCalls;

  constructor(tf: Tfjs, residentBytes: number) {
    this.memory = new TensorMemory(tf, tf.engine().backend, residentBytes);
    this.calls = new KernelCalls(tf, this.memory);
  }

  allocate(dtype: DType, length: number): DeviceBuffer {
    if (dtype === "float64") throw noDoubles("allocate");
    return new TensorFlowBuffer(dtype, length);
  }

  free(buffer: DeviceBuffer): void {
    this.memory.free(buffer);
  }

  write(buffer: DeviceBuffer, values: TypedArray): void {
    if (values.length !== buffer.length) {
      throw new ShapeError(
        `tensorflow: write: the buffer has ${buffer.length} elements, got ${values.length}.`,
      );
    }
    if (dtypeOf(values) !== buffer.dtype) {
      throw new DTypeError(
        `tensorflow: write: the buffer is ${buffer.dtype}, got ${dtypeOf(values)} values.`,
      );
    }
    this.memory.write(buffer, values);
  }

  async read(buffer: DeviceBuffer): Promise<TypedArray> {
    return this.memory.readLater(buffer);
  }

  readSync(buffer: DeviceBuffer): TypedArray {
    return this.memory.read(buffer);
  }

  run(kernel: Kernel, inputs: readonly DeviceBuffer[], outputs: readonly DeviceBuffer[]): void {
    if (kernel.dtype !== "float32") {
      if (kernel.dtype === "float64") throw noDoubles(kernel.kind);
      refuseIntegers(kernel);
    }
    this.memory.makeRoom();
    try {
      launch(this.calls, kernel, inputs, outputs);
    } catch (error) {
      throw isOutOfMemory(error) ? outOfMemory(kernel, outputs, error) : error;
    } finally {
      this.calls.finish();
    }
  }

  dispose(): void {
    this.memory.dispose();
  }
}

function launch(
  calls: KernelCalls,
  kernel: Kernel,
  inputs: readonly DeviceBuffer[],
  outputs: readonly DeviceBuffer[],
): void {
  const y = outputs[0]!;
  if (y.length === 0) {
    calls.memory.write(y, allocateArray(y.dtype, 0));
    return;
  }
  switch (kernel.kind) {
    case "sgd":
      sgd(calls, kernel, inputs[0]!, outputs);
      return;
    case "adam":
      adam(calls, kernel, inputs[0]!, outputs);
      return;
    case "copy":
      if (kernel.shape.includes(0)) return;
      break;
  }
  calls.store(y, result(calls, kernel, inputs, y));
}

function result(
  calls: KernelCalls,
  kernel: Exclude<Kernel, { kind: "sgd" | "adam" }>,
  inputs: readonly DeviceBuffer[],
  y: DeviceBuffer,
): TensorInfo {
  switch (kernel.kind) {
    case "fill": {
      const { dtype, length } = kernel;
      const value = dtype === "int32" ? Math.trunc(kernel.value) : kernel.value;
      return calls.call("Fill", {}, { shape: [length], value, dtype });
    }
    case "cast":
      return cast(calls, kernel, calls.any(inputs[0]!));
    case "unary":
      return unary(calls, kernel, calls.any(inputs[0]!));
    case "binary":
      return binary(calls, kernel, inputs);
    case "compare":
      return compare(calls, kernel, inputs);
    case "where":
      return where(calls, kernel, inputs);
    case "reduce":
      return reduce(calls, kernel, inputs[0]!);
    case "cumsum":
      return cumsum(calls, kernel, inputs[0]!);
    case "matmul":
      return matmul(calls, kernel, inputs);
    case "copy":
      return copy(calls, kernel, inputs[0]!, y);
    case "gather":
      return gather(calls, kernel, inputs[0]!, inputs[1]!);
    case "scatterAdd":
      return scatterAdd(calls, kernel, inputs[0]!, inputs[1]!);
    case "softmax":
      return softmax(calls, kernel, inputs[0]!);
    default:
      return kernel satisfies never;
  }
}

function noDoubles(what: string): DTypeError {
  return new DTypeError(
    `${what}: the device tensorflow runs float32 and int32, got float64. Use float32, or the device reference.`,
  );
}

/** TensorFlow's own words (its status RESOURCE_EXHAUSTED), and V8's for typed arrays it cannot make. */
function isOutOfMemory(error: unknown): boolean {
  return (
    error instanceof Error &&
    /OOM when allocating|out of memory|resource.?exhausted|bad_alloc|array buffer allocation failed|invalid (typed array|array buffer) length/i.test(
      error.message,
    )
  );
}

function outOfMemory(kernel: Kernel, outputs: readonly DeviceBuffer[], cause: unknown): GradbridgeError {
  const [{ dtype, length } = { dtype: "?", length: 0 }] = outputs;
  return new GradbridgeError(
    "out-of-memory",
    `tensorflow: the device is out of memory in ${kernel.kind}, for ${length} elements of ${dtype}. Use smaller batches.`,
    { cause },
  );
}
