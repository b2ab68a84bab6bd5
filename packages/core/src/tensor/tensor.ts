import { GradbridgeError } from "@gradbridge/random";
import type { Node } from "../autograd/node.ts";
import type { Backend, DeviceBuffer } from "../devices/backend.ts";
import { DTypeError } from "../errors.ts";
import type { TensorMethods } from "../methods.ts";
import type { DType, TypedArray } from "./dtype.ts";
import { active } from "./recording.ts";
import { track } from "./scope.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";
import { Storage } from "./storage.ts";

/** Replaces (by returning a tensor) or observes (by returning nothing) the gradient of a tensor. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that only looks need not return anything.
export type GradientHook = (gradient: Tensor) => Tensor | void;

/** Nested arrays of numbers, as `toArray` returns them. */
export type NestedArray = number | NestedArray[];

/** The operations of this package, as methods: `x.add(y)` is `add(x, y)`. */
export interface Tensor extends TensorMethods {}

/**
 * A dense, row-major array of numbers on a device, and its place in the graph that backward passes walk.
 * Values do not change, except through `assign` and optimizers.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: methods.ts installs every member it declares.
export class Tensor {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Where the values live. Internal. */
  readonly storage: Storage;
  /** How this tensor was computed; null for leaves. Internal. */
  node: Node | null = null;
  /** Accumulated by `backward`, in this tensor's shape and dtype; null before. */
  grad: Tensor | null = null;
  /** Set on tensors that outlive the scope they were made in. Internal. */
  kept = false;
  /** Gradient hooks in the order they run; null where there are none. Internal. */
  hooks: GradientHook[] | null = null;
  /** Whether `backward` fills `grad` although this is no leaf. Internal: see `retainGrad`. */
  retainsGrad = false;
  #requiresGrad = false;

  constructor(storage: Storage, shape: Shape, dtype: DType) {
    this.storage = storage;
    this.shape = shape;
    this.dtype = dtype;
    storage.retain();
    track(this);
  }

  /** The name of the device that holds the values. */
  get device(): string {
    return this.storage.backend.name;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Whether no differentiable operation made this tensor: its gradient is for keeps. */
  get isLeaf(): boolean {
    return this.node === null;
  }

  /** Whether gradients flow to this tensor. May be set on leaves of a float dtype. */
  get requiresGrad(): boolean {
    return this.#requiresGrad || this.node !== null;
  }

  set requiresGrad(value: boolean) {
    if (this.node !== null) {
      if (value) return;
      throw new GradbridgeError(
        "not-a-leaf",
        `requiresGrad: this tensor is the result of ${this.node.operation.name}; only leaves can be changed. Use detach().`,
      );
    }
    if (value && this.dtype === "int32") {
      throw new DTypeError(
        "requiresGrad: only float tensors have gradients, got int32. Use cast(x, 'float32').",
      );
    }
    this.#requiresGrad = value;
  }

  /** A fresh host copy of the values, row-major. */
  data(): Promise<TypedArray> {
    refuseWhileRecording("data");
    return this.storage.backend.read(this.storage.buffer);
  }

  /**
   * As `data`, at once.
   * @throws code `async-only` on devices whose memory the host cannot see.
   */
  dataSync(): TypedArray {
    refuseWhileRecording("dataSync");
    const { backend, buffer } = this.storage;
    if (backend.readSync === undefined) {
      throw new GradbridgeError(
        "async-only",
        `dataSync: ${backend.name} can only be read asynchronously. Use await data().`,
      );
    }
    return backend.readSync(buffer);
  }

  /** The values as nested arrays; a plain number for a scalar. */
  toArray(): NestedArray {
    const values = this.dataSync();
    let position = 0;
    const build = (axis: number): NestedArray => {
      if (axis === this.shape.length) return values[position++];
      return Array.from({ length: this.shape[axis] }, () => build(axis + 1));
    };
    return build(0);
  }

  /**
   * The only element.
   * @throws code `shape` where there are more or none.
   */
  item(): number {
    if (this.size !== 1) {
      throw new GradbridgeError(
        "shape",
        `item: needs one element, got shape ${formatShape(this.shape)}. Reduce it first, or use toArray().`,
      );
    }
    return this.dataSync()[0];
  }

  /** Releases this handle's claim on its memory; it must not be used again. Internal: scopes call it. */
  release(): void {
    this.storage.release();
  }

  toString(): string {
    const flags = this.requiresGrad ? ", requiresGrad" : "";
    return `Tensor(${formatShape(this.shape)}, ${this.dtype}, ${this.device}${flags})`;
  }
}

/** A replay runs the same kernels whatever the values are, so a compiled function must not look at them. */
function refuseWhileRecording(method: string): void {
  if (active.recording === null) return;
  throw new GradbridgeError(
    "data-dependent",
    `${method}: a function inside compile() cannot read values on the host: a replay would not read them again. ` +
      "Return the tensor and read it outside, or decide with where().",
  );
}

export function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

/** A tensor that owns `buffer`. Internal. */
export function wrap(backend: Backend, buffer: DeviceBuffer, shape: Shape): Tensor {
  return new Tensor(new Storage(backend, buffer), shape, buffer.dtype);
}
