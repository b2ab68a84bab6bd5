import type { Kernel } from "../devices/kernel.ts";
import { stridesOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { launch, launchInPlace } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

function copyOf(x: Tensor): Kernel {
  const strides = stridesOf(x.shape);
  const layout = { inputOffset: 0, inputStrides: strides, outputOffset: 0, outputStrides: strides };
  return { kind: "copy", dtype: x.dtype, shape: x.shape, ...layout };
}

const cloneOperation: Operation<null> = {
  name: "clone",
  forward: ([x]) => launch(copyOf(x), [x], x.shape),
  vjp: (c) => c,
};

/** A copy of x in memory of its own; gradients flow through it. */
export function clone(x: Tensor): Tensor {
  return perform(cloneOperation, [x], null);
}

/** Copies the values of `source` into `target`, of the same shape and dtype. Internal. */
export function overwrite(target: Tensor, source: Tensor): void {
  launchInPlace(copyOf(source), [source], [target]);
}

/** The same values (and memory), where no gradient flows. */
export function detach(x: Tensor): Tensor {
  return new Tensor(x.storage, x.shape, x.dtype);
}
