import { DeviceError } from "../../errors.ts";
import type { DeviceBuffer } from "../backend.ts";
import type { TensorMemory } from "./memory.ts";
import type { Attributes, KernelConfig, Tensor, TensorInfo, Tfjs } from "./tfjs.ts";

const noAttributes: Attributes = {};

/**
 * Calls of TensorFlow.js kernels on behalf of one kernel of ours. Whatever they make is disposed of at the end, but for
 * what became an output.
 *
 * Kernels are called as TensorFlow.js's own engine does, without its tape, scopes and checks of arguments: what an
 * operation of `tf` does with them costs more than many a kernel.
 */
export class KernelCalls {
  readonly memory: TensorMemory;
  /** Whether this is TensorFlow's C++ library (tfjs-node), not JavaScript. */
  readonly native: boolean;
  private readonly tf: Tfjs;
  private readonly backend: unknown;
  private readonly backendName: string;
  private readonly kernels = new Map<string, KernelConfig>();
  private readonly temporaries: Tensor[] = [];

  constructor(tf: Tfjs, memory: TensorMemory) {
    this.tf = tf;
    this.memory = memory;
    this.backend = tf.engine().backend;
    this.backendName = tf.getBackend();
    this.native = this.backendName === "tensorflow";
  }

  /** Runs one kernel by its name in TensorFlow.js. */
  call(name: string, inputs: unknown, attrs: Attributes = noAttributes): Tensor {
    let config = this.kernels.get(name);
    if (config === undefined) {
      config = this.tf.getKernel(name, this.backendName);
      if (config === undefined) {
        throw new DeviceError(`tensorflow: the backend ${this.backendName} of TensorFlow.js has no ${name}.`);
      }
      this.kernels.set(name, config);
    }
    const info = config.kernelFunc({ inputs, attrs, backend: this.backend });
    // tfjs-node registers what it makes with the engine, the others leave it to the caller
    const tensor = isTensor(info) ? info : this.tf.engine().makeTensorFromTensorInfo(info, this.backend);
    this.temporaries.push(tensor);
    return tensor;
  }

  /** A kernel of one operand. */
  unary(name: string, x: TensorInfo): Tensor {
    return this.call(name, { x });
  }

  /** A kernel of two operands, which broadcast as NumPy's do. */
  binary(name: string, a: TensorInfo, b: TensorInfo): Tensor {
    return this.call(name, { a, b });
  }

  /** A tensor of values. TensorFlow.js may keep `values`. */
  constant(values: Float32Array | Int32Array, shape: number[]): Tensor {
    const dtype = values instanceof Int32Array ? "int32" : "float32";
    const tensor = this.tf.engine().makeTensor(values, shape, dtype, this.backend);
    this.temporaries.push(tensor);
    return tensor;
  }

  /** The elements on the host. Of the JavaScript backend, which has them there: a native one would wait for its device. */
  values(x: TensorInfo): ArrayLike<number> {
    return (x as Tensor).dataSync();
  }

  /** One number that broadcasts against anything. */
  scalar(value: number, dtype: "float32" | "int32" = "float32"): Tensor {
    return this.constant(dtype === "float32" ? Float32Array.of(value) : Int32Array.of(value), []);
  }

  /** x seen in another shape of as many elements. */
  reshape(x: TensorInfo, shape: readonly number[]): TensorInfo {
    return sameShape(x.shape, shape) ? x : this.call("Reshape", { x }, { shape: [...shape] });
  }

  cast(x: TensorInfo, dtype: "float32" | "int32" | "bool"): TensorInfo {
    return x.dtype === dtype ? x : this.call("Cast", { x }, { dtype });
  }

  /** x where the condition (bool) holds, else y; all of one shape. */
  select(condition: TensorInfo, x: TensorInfo, y: TensorInfo): Tensor {
    return this.call("Select", { condition, t: x, e: y });
  }

  /** `value` in every element, in the shape and dtype of x. */
  like(x: TensorInfo, value: number): Tensor {
    return this.call("Fill", {}, { shape: x.shape, value, dtype: x.dtype });
  }

  /** x repeated to `shape`, whose axes are those of x but where x has 1. */
  broadcast(x: TensorInfo, shape: readonly number[]): TensorInfo {
    if (sameShape(x.shape, shape)) return x;
    const missing = shape.length - x.shape.length;
    const full = this.reshape(x, [...new Array<number>(missing).fill(1), ...x.shape]);
    return this.call("Tile", { x: full }, { reps: shape.map((size, axis) => size / full.shape[axis]!) });
  }

  /** A buffer's tensor, in whatever shape the last kernel left it. */
  any(buffer: DeviceBuffer): Tensor {
    return this.memory.tensorOf(buffer);
  }

  /** A buffer's tensor in this shape. It keeps the shape: the next kernel most likely wants the same one. */
  view(buffer: DeviceBuffer, shape: readonly number[]): Tensor {
    const tensor = this.memory.tensorOf(buffer);
    if (sameShape(tensor.shape, shape)) return tensor;
    this.store(buffer, this.call("Reshape", { x: tensor }, { shape: [...shape] }));
    return this.memory.tensorOf(buffer);
  }

  /** Makes a tensor the contents of a buffer. */
  store(buffer: DeviceBuffer, tensor: TensorInfo): void {
    const { temporaries } = this;
    let last = temporaries.length - 1;
    while (last >= 0 && temporaries[last] !== tensor) last--;
    if (last < 0) {
      // an operand passed through: the output becomes a second handle of the same elements
      this.store(buffer, this.call("Identity", { x: tensor }));
      return;
    }
    temporaries.splice(last, 1);
    const previous = this.memory.replace(buffer, tensor as Tensor);
    if (previous !== null) {
      previous.kept = false;
      temporaries.push(previous);
    }
  }

  /** Disposes of what the calls made and nobody stored. */
  finish(): void {
    const { temporaries } = this;
    for (let i = 0; i < temporaries.length; i++) temporaries[i]!.dispose();
    temporaries.length = 0;
  }
}

/** Whether a kernel made a counted tensor by itself: only those know their rank. */
function isTensor(info: TensorInfo): info is Tensor {
  return "rank" in info;
}

/** Whether two shapes are equal. */
function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
