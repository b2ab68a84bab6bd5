import { generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import {
  checkGradient,
  checkSecondGradient,
  concat,
  einsum,
  setDevice,
  type Tensor,
  tensor,
  where,
} from "../index.ts";
import * as operations from "./registry.ts";

/** Fixed values in ±2 without ties, away from kinks at 0, ±1. */
function values(shape: readonly number[], offset = 0): Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const data = new Float64Array(size);
  for (let i = 0; i < size; i++) data[i] = (((i + offset + 1) * 0.754877666) % 1) * 3.9 - 1.95 + 0.013;
  return tensor(data, { shape, requiresGrad: true, device: "reference" });
}

function positive(shape: readonly number[], offset = 0): Tensor {
  const x = values(shape, offset).detach().abs().add(0.3).detach();
  x.requiresGrad = true;
  return x;
}

const index = (data: number[] | number[][]): Tensor => tensor(data, { dtype: "int32", device: "reference" });

/** Every differentiable operation, with inputs that exercise its cases. `first`: no second derivative. */
const cases: { [name: string]: [fn: (...x: Tensor[]) => Tensor, ...inputs: Tensor[]][] } = {
  add: [
    [(x, y) => x.add(y), values([2, 3]), values([3], 7)],
    [(x) => x.add(2), values([4])],
  ],
  sub: [
    [(x, y) => x.sub(y), values([2, 1]), values([1, 3], 7)],
    [(x) => operations.sub(3, x), values([4])],
  ],
  mul: [
    [(x, y) => x.mul(y), values([2, 3]), values([], 7)],
    [(x) => x.mul(x), values([4])],
  ],
  div: [
    [(x, y) => x.div(y), values([2, 3]), positive([2, 3], 7)],
    [(x) => operations.div(3, x), positive([4])],
  ],
  pow: [
    [(x, y) => x.pow(y), positive([2, 3]), values([3], 5)],
    [(x) => x.pow(3), values([4])],
    [(x) => x.pow(0), values([4])],
    [(x) => operations.pow(2, x), values([4])],
  ],
  maximum: [
    [(x, y) => x.maximum(y), values([2, 3]), values([3], 8)],
    [(x) => x.maximum(0.5), values([5])],
  ],
  minimum: [[(x, y) => x.minimum(y), values([2, 3]), values([3], 8)]],
  clamp: [
    [(x) => x.clamp(-0.7, 0.9), values([7])],
    [(x) => x.clamp(-Infinity, 0.9), values([7])],
  ],
  where: [[(x, y) => where(x.detach().greater(0), x.mul(y), y), values([5]), values([5], 3)]],
  neg: [[(x) => x.neg(), values([3])]],
  exp: [[(x) => x.exp(), values([3])]],
  expm1: [[(x) => x.expm1(), values([3])]],
  log: [[(x) => x.log(), positive([3])]],
  log1p: [[(x) => x.log1p(), positive([3])]],
  sqrt: [[(x) => x.sqrt(), positive([3])]],
  abs: [[(x) => x.abs(), values([5])]],
  sign: [[(x) => x.sign(), values([5])]],
  floor: [[(x) => x.floor(), values([5])]],
  square: [[(x) => x.square(), values([3])]],
  reciprocal: [[(x) => x.reciprocal(), positive([3])]],
  sin: [[(x) => x.sin(), values([3])]],
  cos: [[(x) => x.cos(), values([3])]],
  tanh: [[(x) => x.tanh(), values([3])]],
  sigmoid: [[(x) => x.sigmoid(), values([3])]],
  relu: [[(x) => x.relu(), values([5])]],
  softplus: [[(x) => x.softplus(), values([3])]],
  erf: [[(x) => x.erf(), values([3])]],
  gelu: [[(x) => x.gelu(), values([3])]],
  silu: [[(x) => x.silu(), values([3])]],
  sum: [
    [(x) => x.sum(), values([2, 3])],
    [(x) => x.sum([0, 2]), values([2, 3, 2])],
    [(x) => x.sum(1, { keepDims: true }), values([2, 3, 2])],
  ],
  mean: [[(x) => x.mean([1]), values([2, 3])]],
  max: [
    [(x) => x.max(1), values([2, 3])],
    [(x) => x.max(), values([2, 3])],
  ],
  min: [[(x) => x.min([0, 1]), values([2, 3, 2])]],
  prod: [
    [(x) => x.prod(1), values([2, 3])],
    [(x) => x.mul(0).prod(), values([3])],
  ],
  cumsum: [
    [(x) => x.cumsum(0), values([3, 2])],
    [(x) => x.cumsum(1, { reverse: true }), values([3, 2])],
  ],
  softmax: [
    [(x) => x.softmax(), values([2, 3])],
    [(x) => x.softmax(0), values([2, 3])],
  ],
  logSoftmax: [[(x) => x.logSoftmax(), values([2, 3])]],
  logsumexp: [
    [(x) => x.logsumexp(0), values([2, 3])],
    [(x) => x.logsumexp(), values([2, 3])],
  ],
  reshape: [[(x) => x.reshape([3, -1]).mul(x.reshape([3, 2])), values([2, 3])]],
  transpose: [[(x) => x.transpose().mul(2), values([2, 3])]],
  permute: [[(x) => x.permute([2, 0, 1]).square(), values([2, 3, 2])]],
  broadcastTo: [[(x) => x.broadcastTo([4, 2, 3]), values([2, 1])]],
  sumTo: [[(x) => x.sumTo([2, 1]), values([4, 2, 3])]],
  slice: [[(x) => x.slice([1, 0], [3, -1]).square(), values([4, 3])]],
  pad: [[(x) => x.pad([1, 0], [0, 2]).square(), values([2, 2])]],
  concat: [[(x, y) => x.concat([y], 1).square(), values([2, 3]), values([2, 1], 4)]],
  stack: [[(x, y) => x.stack([y], 1).square(), values([2, 3]), values([2, 3], 4)]],
  gather: [
    [
      (x) =>
        x
          .gather(
            1,
            index([
              [0, 0],
              [2, 1],
            ]),
          )
          .square(),
      values([2, 3]),
    ],
  ],
  indexSelect: [[(x) => x.indexSelect(0, index([1, 1, 0])).square(), values([2, 3])]],
  scatterAdd: [
    [
      (x) =>
        x
          .scatterAdd(
            1,
            index([
              [0, 0],
              [2, 1],
            ]),
            4,
          )
          .square(),
      values([2, 2]),
    ],
  ],
  flip: [
    [(x) => x.flip(0).mul(x), values([3, 2])],
    [(x) => x.flip().mul(x), values([3, 2])],
  ],
  squeeze: [[(x) => x.squeeze(1).mul(x.squeeze()), values([3, 1])]],
  unsqueeze: [[(x) => x.unsqueeze(-1).mul(x.unsqueeze(0)), values([3])]],
  split: [
    [
      (x) =>
        concat(
          x.split([1, 2], 1).map((part, i) => part.mul(i + 1)),
          1,
        ),
      values([2, 3]),
    ],
  ],
  tile: [[(x) => x.tile([3, 1, 2]).square(), values([2, 2])]],
  dot: [[(x, y) => x.dot(y), values([3]), values([3], 4)]],
  outer: [[(x, y) => x.outer(y), values([3]), values([2], 4)]],
  einsum: [
    [(x, y) => einsum("nij,njk->nki", x, y), values([2, 2, 3]), values([2, 3, 2], 5)],
    [(x, y, z) => einsum("ia,jb,ab->ij", x, y, z), values([2, 3]), values([3, 2], 5), values([3, 2], 9)],
    [(x) => einsum("abc->ca", x), values([2, 3, 2])],
  ],
  variance: [
    [(x) => x.variance(), values([4])],
    [(x) => x.variance(1, { unbiased: false, keepDims: true }), values([2, 3])],
  ],
  std: [[(x) => x.std([0, 2]), values([2, 2, 3])]],
  norm: [
    [(x) => x.norm(), values([2, 3])],
    [(x) => x.norm(1, { order: 1 }), values([2, 3])],
    [(x) => x.norm(0, { order: Infinity, keepDims: true }), values([2, 3])],
  ],
  dropout: [[(x) => x.dropout(0.5, generator(3)), values([10])]],
  conv2d: [
    [(x, w, b) => x.conv2d(w, b), values([2, 2, 4, 3]), values([3, 2, 2, 2], 5), values([3], 9)],
    [
      (x, w) => x.conv2d(w, null, { stride: [2, 1], padding: [1, 2], dilation: [1, 2], groups: 2 }),
      values([1, 2, 4, 3]),
      values([4, 1, 3, 2], 5),
    ],
  ],
  maxPool2d: [
    [(x) => x.maxPool2d(2), values([1, 2, 4, 5])],
    [(x) => x.maxPool2d([3, 2], { stride: 1, padding: 1 }), values([1, 1, 3, 4])],
  ],
  avgPool2d: [
    [(x) => x.avgPool2d(2), values([1, 2, 4, 5])],
    [(x) => x.avgPool2d([3, 2], { stride: 1, padding: 1, countPadding: false }), values([1, 1, 3, 4])],
  ],
  clone: [[(x) => x.clone().square(), values([3])]],
  cast: [[(x) => x.cast("float64").square(), values([3])]],
  matmul: [
    [(x, y) => x.matmul(y), values([2, 3]), values([3, 4], 5)],
    [(x, y) => x.matmul(y), values([3]), values([3], 5)],
    [(x, y) => x.matmul(y), values([2, 2, 3]), values([3], 5)],
    [(x, y) => x.matmul(y), values([2, 1, 2, 3]), values([3, 3, 2], 5)],
  ],
  affine: (["none", "tanh", "relu", "sigmoid"] as const).flatMap((activation): typeof cases.add => [
    [(x, w, b) => x.affine(w, b, activation), values([3, 2]), values([4, 2], 5), values([4], 11)],
    [(x, w) => x.affine(w, null, activation), values([2, 2, 2]), values([3, 2], 5)],
  ]),
};

const withoutDerivative = [
  "detach",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "argmax",
  "argmin",
  "oneHot",
  "finite",
  "onesLike",
  "zerosLike",
  "isNan",
  "logicalAnd",
  "logicalOr",
  "logicalNot",
];

beforeAll(() => setDevice("reference"));

describe("every operation", () => {
  it("is in this file", () => {
    const all = Object.keys(operations).filter((name) => !withoutDerivative.includes(name));
    expect(Object.keys(cases).sort()).toEqual([...all, "concat", "stack", "einsum"].sort());
  });

  describe.each(Object.keys(cases))("%s", (name) => {
    cases[name].forEach(([fn, ...inputs], i) => {
      it(`has the derivative that central differences give (${i})`, () => {
        checkGradient(fn, inputs);
      });
      it(`has the second derivative that central differences give (${i})`, () => {
        // squared, so that linear operations have one too
        checkSecondGradient((...x) => fn(...x).square(), inputs);
      });
    });
  });
});
