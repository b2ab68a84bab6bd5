import { GradbridgeError } from "@gradbridge/random";
import { type BackwardOptions, backward } from "./autograd/backward.ts";
import { mode } from "./autograd/mode.ts";
import { DTypeError, ShapeError } from "./errors.ts";
import { concat, stack } from "./ops/concat.ts";
import { overwrite } from "./ops/detach.ts";
import * as operations from "./ops/registry.ts";
import { dtypeOf, type TypedArray } from "./tensor/dtype.ts";
import { active } from "./tensor/recording.ts";
import { formatShape, sameShape } from "./tensor/shape.ts";
import { type GradientHook, Tensor } from "./tensor/tensor.ts";

type Method<F> = F extends (self: never, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;
type Operations = typeof operations;

/** Operations as methods: the first argument is the tensor itself. */
type OperationMethods = { [Name in keyof Operations]: Method<Operations[Name]> };

/** What `Tensor` can do beyond holding values. */
export interface TensorMethods extends OperationMethods {
  /** As {@link backward} with this tensor as its only output. */
  backward(seed?: Tensor, options?: BackwardOptions): void;
  /** Makes `backward` fill `grad` of this tensor although it is no leaf. Returns the tensor. */
  retainGrad(): Tensor;
  /** Calls `hook` with this tensor's complete gradient in every backward pass; returns a function that removes it. */
  registerHook(hook: GradientHook): () => void;
  /**
   * Overwrites the values in place, with a tensor's or a typed array's of the same shape and dtype. A graph that
   * saved the old values can no longer be differentiated through them.
   * @throws code `in-place` on a tensor that requires a gradient, outside noGrad; `shape`, `dtype` where the values do
   *   not fit; `data-dependent` for host values inside compile().
   */
  assign(values: Tensor | TypedArray): Tensor;
  /** This tensor and `others` joined along an existing axis. */
  concat(others: readonly Tensor[], axis?: number): Tensor;
  /** This tensor and `others` joined along a new axis. */
  stack(others: readonly Tensor[], axis?: number): Tensor;
}

const methods: Omit<TensorMethods, keyof Operations> & ThisType<Tensor> = {
  backward(seed, options) {
    backward(this, seed === undefined ? undefined : [seed], options);
  },
  retainGrad() {
    if (!this.requiresGrad) {
      throw new GradbridgeError("no-gradient", "retainGrad: this tensor does not require a gradient.");
    }
    this.retainsGrad = true;
    return this;
  },
  registerHook(hook) {
    if (!this.requiresGrad) {
      throw new GradbridgeError("no-gradient", "registerHook: this tensor does not require a gradient.");
    }
    const entry: GradientHook = (gradient) => hook(gradient); // registered twice, it runs twice and goes one by one
    this.hooks = [...(this.hooks ?? []), entry];
    return () => {
      const rest = (this.hooks ?? []).filter((other) => other !== entry);
      this.hooks = rest.length === 0 ? null : rest;
    };
  },
  assign(values) {
    if (mode.recording && this.requiresGrad) {
      throw new GradbridgeError(
        "in-place",
        "assign: this tensor requires a gradient. Change it inside noGrad(() => …).",
      );
    }
    const shape = values instanceof Tensor ? values.shape : [values.length];
    const fits = values instanceof Tensor ? sameShape(shape, this.shape) : values.length === this.size;
    if (!fits) {
      throw new ShapeError(`assign: expected shape ${formatShape(this.shape)}, got ${formatShape(shape)}.`);
    }
    const dtype = values instanceof Tensor ? values.dtype : dtypeOf(values);
    if (dtype !== this.dtype) throw new DTypeError(`assign: expected ${this.dtype}, got ${dtype}.`);
    const { backend, buffer } = this.storage;
    if (values instanceof Tensor && values.storage.backend === backend) {
      if (values.storage !== this.storage) overwrite(this, values);
      return this;
    }
    if (active.recording !== null) {
      throw new GradbridgeError(
        "data-dependent",
        "assign: inside compile() a replay would not read host values again. Pass them as an argument of the compiled function.",
      );
    }
    backend.write(buffer, values instanceof Tensor ? values.dataSync() : values);
    this.storage.version++;
    return this;
  },
  concat(others, axis) {
    return concat([this, ...others], axis);
  },
  stack(others, axis) {
    return stack([this, ...others], axis);
  },
};

Object.assign(Tensor.prototype, methods);
for (const [name, operation] of Object.entries(operations)) {
  Object.defineProperty(Tensor.prototype, name, {
    value(this: Tensor, ...rest: unknown[]) {
      return (operation as (...all: unknown[]) => unknown)(this, ...rest);
    },
    writable: true,
    configurable: true,
  });
}
