import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import * as core from "./index.ts";
import { GradbridgeError, type Tensor, tensor } from "./index.ts";

await core.setDevice("reference");

/** The error that `fn` throws: its code, and its text for the tests of wording. */
function failure(fn: () => unknown): GradbridgeError {
  try {
    fn();
  } catch (error) {
    if (error instanceof GradbridgeError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
]);
const vector = tensor([1, 2, 3]);
const integers = tensor([0, 1], { dtype: "int32" });
const float64 = tensor([1, 2, 3], { dtype: "float64" });
const elsewhere = tensor([1, 2, 3], { device: "wasm" });
const image = core.zeros([1, 2, 4, 4]);
const untyped = (value: unknown): never => value as never;
const parameter = (): Tensor => tensor([1], { requiresGrad: true });

type Case = readonly [what: string, fn: () => unknown, code: string, ...mentioned: string[]];

function check(cases: readonly Case[]): void {
  it.each(cases.map(([what, fn, code, ...mentioned]) => ({ what, fn, code, mentioned })))(
    "$what: $code",
    ({ fn, code, mentioned }) => {
      const error = failure(fn);
      expect(error.code).toBe(code);
      for (const part of mentioned) expect(error.message).toContain(part);
    },
  );
}

describe("making tensors", () => {
  check([
    ["ragged arrays", () => tensor([[1], [2, 3]]), "shape"],
    ["data of another length than the shape", () => tensor([1, 2], { shape: [3] }), "shape", "[3]", "2"],
    ["data that are none", () => tensor(untyped("1")), "data", "string"],
    ["an unknown dtype", () => tensor([1], { dtype: untyped("float16") }), "dtype", "float16"],
    ["a dtype the device lacks", () => tensor([1], { dtype: "float64", device: "wasm" }), "dtype", "wasm"],
    ["an unknown device", () => tensor([1], { device: "cuda" }), "device", "cuda", "wasm"],
    ["a negative size", () => core.zeros([-1]), "shape"],
    ["a range without end", () => core.arange(Infinity), "range"],
    ["gradients for integers", () => tensor([1], { dtype: "int32", requiresGrad: true }), "dtype"],
    ["item() of several", () => x.item(), "shape", "[2, 3]"],
  ]);
});

describe("operations", () => {
  check([
    ["shapes that do not broadcast", () => x.add(tensor([1, 2])), "shape", "[2, 3]", "[2]"],
    ["dtypes that differ", () => vector.mul(float64), "dtype", "float32", "float64"],
    ["devices that differ", () => vector.add(elsewhere), "device", "reference", "wasm"],
    ["an operand that is none", () => vector.add(untyped("1")), "operand", "string"],
    ["two numbers", () => core.add(1, 2), "operand"],
    ["a fraction for integers", () => integers.add(0.5), "dtype", "0.5"],
    ["a function of floats on integers", () => integers.exp(), "dtype", "exp", "int32"],
    ["the mean of integers", () => integers.mean(), "dtype", "mean"],
    ["the variance of integers", () => integers.variance(), "dtype"],
    ["softmax of integers", () => integers.softmax(), "dtype"],
    ["a cast to nowhere", () => vector.cast(untyped("float16")), "dtype", "float16"],
    ["a cast the device lacks", () => elsewhere.cast("float64"), "dtype", "wasm"],
    ["an axis out of range", () => x.sum(2), "shape", "axis 2"],
    ["an axis of a scalar", () => tensor(1).softmax(), "shape", "scalar"],
    ["an axis twice", () => x.sum([0, -2]), "shape"],
    ["the largest of nothing", () => core.zeros([0]).max(), "shape"],
    ["the product of everything", () => x.prod(), "shape"],
    ["inner sizes that differ", () => x.matmul(x), "shape", "[2, 3]", "matmul"],
    ["a scalar factor of a matrix", () => x.matmul(tensor(1)), "shape"],
    ["matrices of different dtypes", () => x.matmul(float64), "dtype"],
    ["a weight that does not fit", () => x.affine(core.zeros([4, 2]), null), "shape", "[4, 2]"],
    ["a bias that does not fit", () => x.affine(core.zeros([4, 3]), vector), "shape", "[4]"],
    [
      "an unknown activation",
      () => x.affine(core.zeros([4, 3]), null, untyped("swish")),
      "option",
      "swish",
      "tanh",
    ],
    ["a shape of another size", () => x.reshape([4]), "shape", "[4]"],
    ["a permutation that is none", () => x.permute([0, 0]), "shape"],
    ["a broadcast that is none", () => x.broadcastTo([3, 2]), "shape"],
    ["a slice outside", () => x.slice([0, 2], [2, 4]), "shape"],
    ["margins for other axes", () => x.pad([1], [1]), "shape"],
    ["nothing to join", () => core.concat([]), "shape"],
    ["joined shapes that differ", () => core.concat([x, core.zeros([2, 2])]), "shape"],
    ["joined dtypes that differ", () => core.concat([vector, float64]), "dtype"],
    ["an axis that cannot be squeezed", () => x.squeeze(0), "shape"],
    ["repeats that are none", () => x.tile([-1]), "shape"],
    ["parts that do not add up", () => vector.split([1, 1]), "shape"],
    ["an index out of range", () => vector.indexSelect(0, tensor([3], { dtype: "int32" })), "index", "3"],
    ["a negative index", () => vector.gather(0, tensor([-1], { dtype: "int32" })), "index", "-1"],
    ["a class out of range", () => integers.oneHot(1), "index"],
    ["a depth that is none", () => integers.oneHot(-1), "option", "-1"],
    ["a float index", () => vector.indexSelect(0, vector), "dtype", "int32"],
    ["an index of another shape", () => x.gather(1, integers), "shape"],
    ["a size that is none", () => vector.scatterAdd(0, vector.greater(9), 1.5), "option"],
    ["a float condition", () => core.where(vector, 1, 2), "dtype", "int32"],
    ["bounds in the wrong order", () => vector.clamp(1, 0), "range"],
    ["bounds that are NaN", () => vector.clamp(Number.NaN, 0), "range"],
    ["an unknown norm", () => vector.norm(0, { order: untyped(3) }), "option"],
    ["the outer product of matrices", () => x.outer(x), "shape"],
    ["an equation that is none", () => core.einsum("i->i->i", vector), "einsum"],
    ["an equation of other operands", () => core.einsum("i,i->", vector), "einsum"],
    ["a letter from nowhere", () => core.einsum("i->j", vector), "einsum"],
    ["a diagonal", () => core.einsum("ii->i", core.eye(2)), "einsum"],
    ["a letter of two sizes", () => core.einsum("ij,j->i", x, tensor([1])), "shape"],
    ["an equation of another rank", () => core.einsum("i->i", x), "shape"],
    ["a probability above 1", () => vector.dropout(1.5, generator(1)), "option"],
    ["images without channels", () => x.conv2d(core.zeros([1, 1, 2, 2])), "shape"],
    ["kernels of other channels", () => image.conv2d(core.zeros([1, 1, 2, 2])), "shape"],
    ["kernels larger than the image", () => image.conv2d(core.zeros([1, 2, 5, 5])), "shape"],
    ["a bias of other outputs", () => image.conv2d(core.zeros([1, 2, 2, 2]), vector), "shape"],
    ["a stride of 0", () => image.conv2d(core.zeros([1, 2, 2, 2]), null, { stride: 0 }), "option"],
    ["groups that are none", () => image.conv2d(core.zeros([1, 2, 2, 2]), null, { groups: 0 }), "option"],
    ["margins beyond the window", () => image.maxPool2d(2, { padding: 2 }), "option"],
    ["a window that is none", () => image.avgPool2d(0), "option"],
  ]);
});

describe("losses", () => {
  const logits = core.zeros([2, 3]);
  const classes = integers;
  check([
    [
      "an unknown reduction",
      () => core.mseLoss(x, x, { reduction: untyped("avg") }),
      "option",
      "avg",
      "mean",
    ],
    [
      "an unknown reduction of klDivLoss",
      () => core.klDivLoss(x, x, { reduction: untyped("avg") }),
      "option",
    ],
    [
      "an unknown reduction of nllLoss",
      () => core.nllLoss(x, classes, { reduction: untyped("avg") }),
      "option",
    ],
    ["shapes that differ", () => core.mseLoss(x, vector), "shape", "[2, 3]", "[3]"],
    ["dtypes that differ", () => core.l1Loss(vector, float64), "dtype"],
    ["integers", () => core.mseLoss(integers, integers), "dtype"],
    ["a target that is no tensor", () => core.huberLoss(x, untyped(1)), "operand", "number"],
    ["a class target that is no tensor", () => core.crossEntropyLoss(x, untyped([0, 1])), "operand"],
    ["a weight of another shape", () => core.mseLoss(x, x, { weight: vector }), "shape"],
    ["delta 0", () => core.huberLoss(x, x, { delta: 0 }), "option", "delta"],
    [
      "a class out of range",
      () => core.crossEntropyLoss(logits, tensor([0, 3], { dtype: "int32" })),
      "index",
      "3",
    ],
    ["a class below 0", () => core.nllLoss(logits, tensor([0, -1], { dtype: "int32" })), "index", "-1"],
    ["float classes", () => core.nllLoss(logits, tensor([0, 1])), "dtype", "int32"],
    [
      "classes of another shape",
      () => core.crossEntropyLoss(logits, tensor([1], { dtype: "int32" })),
      "shape",
      "[2]",
    ],
    [
      "a weight for other classes",
      () => core.nllLoss(logits, classes, { weight: tensor([1]) }),
      "shape",
      "[3]",
    ],
    ["logits without classes", () => core.crossEntropyLoss(tensor(1), classes), "shape"],
    ["an ignored probability", () => core.crossEntropyLoss(logits, logits, { ignoreIndex: 1 }), "option"],
    ["a fractional ignoreIndex", () => core.nllLoss(logits, classes, { ignoreIndex: 0.5 }), "option"],
    ["too much smoothing", () => core.crossEntropyLoss(logits, classes, { labelSmoothing: 2 }), "option"],
    ["a probability above 1", () => core.bceLoss(x, x), "range", "bceWithLogitsLoss"],
    ["a probability that is NaN", () => core.bceLoss(tensor([Number.NaN]), tensor([1])), "range"],
    [
      "a negative variance",
      () => core.gaussianNllLoss(vector, vector, { variance: tensor([1, -1, 1]) }),
      "range",
    ],
    [
      "a variance of another shape",
      () => core.gaussianNllLoss(x, x, { variance: vector.slice([0], [2]).reshape([1, 2]) }),
      "shape",
    ],
    ["a negative number as variance", () => core.gaussianNllLoss(x, x, { variance: -1 }), "option"],
    [
      "batchmean of a scalar",
      () => core.klDivLoss(tensor(1), tensor(1), { reduction: "batchmean" }),
      "shape",
    ],
    ["labels of another shape", () => core.cosineLoss(x, x, { labels: vector }), "shape"],
    ["a margin above 1", () => core.cosineLoss(x, x, { margin: 2 }), "option"],
  ]);
});

describe("optimizers", () => {
  const trained = (): core.Optimizer => core.rmsprop([parameter()]);
  check([
    ["no parameters", () => core.sgd([], { learningRate: 1 }), "parameters"],
    ["a parameter without gradients", () => core.adam([vector]), "parameters"],
    ["a result as parameter", () => core.adam([parameter().mul(2)]), "parameters"],
    ["a parameter twice", () => ((p) => core.adam([p, p]))(parameter()), "parameters"],
    [
      "a negative learning rate",
      () => core.rmsprop([parameter()], { learningRate: -1 }),
      "option",
      "learningRate",
    ],
    ["a decay of 1", () => core.rmsprop([parameter()], { alpha: 1 }), "option", "alpha"],
    [
      "nesterov alone",
      () => core.sgd([parameter()], { learningRate: 1, nesterov: true }),
      "option",
      "nesterov",
    ],
    ["a gradient of another shape", () => stepWith(tensor([1, 2])), "shape", "[1]", "[2]"],
    [
      "a state of another optimizer",
      () => trained().restore(stateOfAdam()),
      "optimizer-state",
      "squareAverage",
    ],
    [
      "a state of another network",
      () => trained().restore(stateWith("squareAverage.0")),
      "optimizer-state",
      "[3]",
    ],
    ["a state of a larger network", () => trained().restore(stateWith("squareAverage.1")), "optimizer-state"],
    ["a norm of 0", () => core.clipGradNorm([parameter()], 0), "option"],
  ]);

  function stepWith(gradient: Tensor): void {
    const p = parameter();
    p.grad = gradient;
    core.sgd([p], { learningRate: 1 }).step();
  }

  function stateWith(name: string): core.OptimizerState {
    return { step: 1, learningRate: 1, tensors: { [name]: vector } };
  }

  function stateOfAdam(): core.OptimizerState {
    const p = parameter();
    p.square().backward();
    const optimizer = core.adam([p]);
    optimizer.step();
    return optimizer.state();
  }
});

describe("in place", () => {
  check([
    ["a tensor with a gradient", () => parameter().assign(tensor([2])), "in-place"],
    ["values of another shape", () => core.zeros([3]).assign(x), "shape", "[3]", "[2, 3]"],
    ["values of another dtype", () => core.zeros([3]).assign(float64), "dtype"],
    [
      "a result told not to require a gradient",
      () => setRequiresGrad(parameter().mul(2), false),
      "not-a-leaf",
    ],
  ]);

  function setRequiresGrad(result: Tensor, value: boolean): void {
    result.requiresGrad = value;
  }

  it("values may come from another device, and from the tensor itself", () => {
    const target = core.zeros([3]);
    target.assign(elsewhere);
    target.assign(target.reshape([3]));
    expect(target.toArray()).toEqual([1, 2, 3]);
  });
});
