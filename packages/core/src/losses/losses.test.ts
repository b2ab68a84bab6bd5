import { describe, expect, it } from "vitest";
import {
  bceLoss,
  bceWithLogitsLoss,
  checkGradient,
  checkSecondGradient,
  cosineLoss,
  crossEntropyLoss,
  gaussianNllLoss,
  huberLoss,
  klDivLoss,
  mseLoss,
  nllLoss,
  poissonNllLoss,
  rmseLoss,
  setDevice,
  type Tensor,
  tensor,
} from "../index.ts";

await setDevice("reference");

const float64 = (data: number[] | number[][], requiresGrad = true): Tensor =>
  tensor(data, { dtype: "float64", requiresGrad });
const classes = tensor([2, 0], { dtype: "int32" });
const x = (): Tensor =>
  float64([
    [0.3, -1.2, 0.8],
    [1.1, 0.4, -0.6],
  ]);
const p = (): Tensor =>
  float64([
    [0.2, 0.5, 0.3],
    [0.7, 0.1, 0.2],
  ]);

describe("first and second derivatives agree with central differences", () => {
  const cases: readonly (readonly [
    name: string,
    fn: (...inputs: Tensor[]) => Tensor,
    ...inputs: Tensor[],
  ])[] = [
    ["mseLoss", (a, b) => mseLoss(a, b), x(), p()],
    ["rmseLoss", (a, b) => rmseLoss(a, b), x(), p()],
    ["huberLoss", (a, b) => huberLoss(a, b, { delta: 0.9 }), x(), p()],
    ["crossEntropyLoss of classes", (a) => crossEntropyLoss(a, classes, { labelSmoothing: 0.2 }), x()],
    ["crossEntropyLoss of probabilities", (a, b) => crossEntropyLoss(a, b, { reduction: "none" }), x(), p()],
    ["nllLoss", (a) => nllLoss(a.square(), classes), x()],
    [
      "bceLoss",
      (a, b) => bceLoss(a, b),
      p(),
      float64([
        [0, 1, 0.5],
        [0.2, 0.8, 1],
      ]),
    ],
    ["bceWithLogitsLoss", (a, b) => bceWithLogitsLoss(a, b), x(), p()],
    [
      "poissonNllLoss",
      (a, b) => poissonNllLoss(a, b, { full: true }),
      x(),
      float64([
        [0.5, 2, 3],
        [4, 1.5, 0],
      ]),
    ],
    ["gaussianNllLoss", (a, b, variance) => gaussianNllLoss(a, b, { variance }), x(), x(), p()],
    ["klDivLoss", (a, b) => klDivLoss(a, b, { reduction: "batchmean" }), x(), p()],
    ["cosineLoss", (a, b) => cosineLoss(a, b), x(), p()],
  ];
  it.each(cases.map(([name, fn, ...inputs]) => ({ name, fn, inputs })))("$name", ({ fn, inputs }) => {
    checkGradient(fn, inputs);
    checkSecondGradient(fn, inputs);
  });
});

describe("extremes", () => {
  it("bceLoss is 0 and 100 at certain predictions, with finite gradients", () => {
    const certain = float64([0, 1, 0, 1]);
    const losses = bceLoss(certain, float64([0, 1, 1, 0], false), { reduction: "none" });
    expect(losses.add(0).toArray()).toEqual([0, 0, 100, 100]); // −0 + 0 = 0
    losses.sum().backward();
    const smallest = Math.fround(1e-12);
    expect(certain.grad!.toArray()).toEqual([0, 0, -1 / smallest, 1 / smallest]);
  });

  it("crossEntropyLoss is exact where softmax underflows", () => {
    const logits = float64([[1000, -1000]]);
    const loss = crossEntropyLoss(logits, tensor([1], { dtype: "int32" }));
    loss.backward();
    expect(loss.item()).toBe(2000);
    expect(logits.grad!.toArray()).toEqual([[1, -1]]);
  });

  it("huberLoss has a finite gradient even at infinity", () => {
    const far = float64([Infinity, -1e200]);
    huberLoss(far, float64([0, 0], false), { reduction: "sum" }).backward();
    expect(far.grad!.toArray()).toEqual([1, -1]);
  });

  it("rmseLoss has derivative 0 where everything is right, instead of PyTorch's NaN", () => {
    const right = float64([1, 2]);
    rmseLoss(right, right.detach()).backward();
    expect(right.grad!.toArray()).toEqual([0, 0]);
  });

  it("the mean of nothing is NaN, the sum 0, also where every target is ignored", () => {
    const nothing = float64([], false);
    expect(mseLoss(nothing, nothing).item()).toBeNaN();
    expect(mseLoss(nothing, nothing, { reduction: "sum" }).item()).toBe(0);
    const ignored = tensor([-100, -100], { dtype: "int32" });
    expect(crossEntropyLoss(x(), ignored).item()).toBeNaN();
    expect(crossEntropyLoss(x(), ignored, { reduction: "sum" }).item()).toBe(0);
  });
});
