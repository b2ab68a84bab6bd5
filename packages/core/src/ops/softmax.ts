import { DTypeError } from "../errors.ts";
import { normalizeAxis, splitAtAxis } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { exp } from "./exp.ts";
import { launch } from "./launch.ts";
import { mul } from "./mul.ts";
import { type Operation, perform } from "./operation.ts";
import { finish, keptShape, type ReduceOptions } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { sub } from "./sub.ts";
import { sum } from "./sum.ts";

function forward(op: "softmax" | "logSoftmax" | "logsumexp", x: Tensor, axis: number): Tensor {
  const shape = op === "logsumexp" ? keptShape(x.shape, [axis]) : x.shape;
  return launch({ kind: "softmax", op, dtype: x.dtype, ...splitAtAxis(x.shape, axis) }, [x], shape);
}

const softmaxOperation: Operation<number> = {
  name: "softmax",
  forward: ([x], axis) => forward("softmax", x, axis),
  // dp = p ⊙ (dz − ⟨p, dz⟩); its transpose is the same map
  vjp: (c, node) => {
    const p = node.output();
    return mul(p, sub(c, sum(mul(c, p), node.attributes, { keepDims: true })));
  },
};

const logSoftmaxOperation: Operation<number> = {
  name: "logSoftmax",
  forward: ([x], axis) => forward("logSoftmax", x, axis),
  // d(log p) = dz − ⟨p, dz⟩; transposed: c − p Σc
  vjp: (c, node) => sub(c, mul(exp(node.output()), sum(c, node.attributes, { keepDims: true }))),
};

const logsumexpOperation: Operation<number> = {
  name: "logsumexp",
  forward: ([x], axis) => forward("logsumexp", x, axis),
  // d(log Σeˣ) = ⟨softmax x, dx⟩
  vjp: (c, node) => mul(c, softmax(node.input(0), node.attributes)),
};

function check(name: string, x: Tensor, axis: number): number {
  if (x.dtype === "int32")
    throw new DTypeError(`${name}: takes float tensors, got int32. Use cast(x, "float32").`);
  return normalizeAxis(name, axis, x.shape.length);
}

/** eˣ / Σ eˣ along one axis, shifted by the maximum: no overflow. */
export function softmax(x: Tensor, axis = -1): Tensor {
  return perform(softmaxOperation, [x], check("softmax", x, axis));
}

/** x − log Σ eˣ along one axis: finite wherever x is. */
export function logSoftmax(x: Tensor, axis = -1): Tensor {
  return perform(logSoftmaxOperation, [x], check("logSoftmax", x, axis));
}

/** log Σ eˣ along one axis (default: of all elements), shifted by the maximum: no overflow. */
export function logsumexp(x: Tensor, axis?: number, options?: ReduceOptions): Tensor {
  const flat = axis === undefined ? reshape(x, [-1]) : x;
  const normal = check("logsumexp", flat, axis ?? 0);
  const result = perform(logsumexpOperation, [flat], normal);
  if (axis !== undefined) return finish(result, [normal], options);
  return reshape(result, options?.keepDims ? x.shape.map(() => 1) : []);
}
