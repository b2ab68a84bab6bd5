import { expect, it } from "vitest";
import { compile, crossEntropyLoss, rmsprop, setDevice, sgd, type Tensor, tensor, zeros } from "../index.ts";

await setDevice("wasm");

/** A convolutional classifier's step, eagerly or compiled. */
function train(compiled: boolean): { losses: number[]; weight: Float32Array } {
  const weight = zeros([3, 1, 2, 2], { requiresGrad: true });
  const bias = zeros([3], { requiresGrad: true });
  const optimizers = [rmsprop([weight], { momentum: 0.5 }), sgd([bias], { learningRate: 0.1 })];
  const step = (images: Tensor, classes: Tensor): Tensor => {
    for (const optimizer of optimizers) optimizer.zeroGrad();
    const pooled = images.conv2d(weight, bias).maxPool2d(2).reshape([-1, 3]);
    const loss = crossEntropyLoss(pooled, classes, { labelSmoothing: 0.1 });
    loss.backward();
    for (const optimizer of optimizers) optimizer.step();
    return loss;
  };
  const run = compiled ? compile(step) : step;
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    const pixels = Float32Array.from({ length: 4 * 9 }, (_, j) => ((i * 36 + j) * 0.618) % 1);
    const classes = tensor([i % 3, (i + 1) % 3, -100, 2], { dtype: "int32" });
    losses.push(run(tensor(pixels, { shape: [4, 1, 3, 3] }), classes).item());
  }
  return { losses, weight: weight.dataSync() as Float32Array };
}

it("losses, convolutions and pooling replay to the last bit what they compute eagerly", () => {
  const eager = train(false);
  expect(train(true)).toEqual(eager);
  expect(new Set(eager.losses).size).toBe(10);
});
