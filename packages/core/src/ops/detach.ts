import { stridesOf } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";
import { launch } from "./launch.ts";
import { type Operation, perform } from "./operation.ts";

const cloneOperation: Operation<null> = {
  name: "clone",
  forward: ([x]) => {
    const strides = stridesOf(x.shape);
    const layout = { inputOffset: 0, inputStrides: strides, outputOffset: 0, outputStrides: strides };
    return launch({ kind: "copy", dtype: x.dtype, shape: x.shape, ...layout }, [x], x.shape);
  },
  vjp: (c) => c,
};

/** A copy of x in memory of its own; gradients flow through it. */
export function clone(x: Tensor): Tensor {
  return perform(cloneOperation, [x], null);
}

/** The same values (and memory), where no gradient flows. */
export function detach(x: Tensor): Tensor {
  return new Tensor(x.storage, x.shape, x.dtype);
}
