import { afterAll, beforeAll, expect, test } from "vitest";
import { adam, affine, compile, setDevice, type Tensor, tensor, tidy } from "../../index.ts";
import { loadTensorFlow } from "./load.ts";

// On the best TensorFlow there is, as `setDevice` chooses it.
const { tf } = await loadTensorFlow();
beforeAll(() => setDevice("tensorflow"));
afterAll(() => setDevice("wasm"));

type Step = (x: Tensor, seed: Tensor) => void;

/** A network of two layers, an optimizer, and one training step from a given cotangent; what it trains. */
function training(): { step: Step; parameters: readonly Tensor[] } {
  const parameter = (...shape: number[]): Tensor => {
    const length = shape.reduce((a, b) => a * b);
    const values = Float32Array.from({ length }, (_, i) => Math.sin(i + 1) / 4);
    return tensor(values, { shape, requiresGrad: true });
  };
  const parameters = [parameter(8, 4), parameter(8), parameter(2, 8), parameter(2)] as const;
  const optimizer = adam([...parameters], { learningRate: 1e-3 });
  return {
    parameters,
    step: (x, seed) => {
      optimizer.zeroGrad();
      const hidden = affine(x, parameters[0], parameters[1]).tanh();
      affine(hidden, parameters[2], parameters[3]).backward(seed);
      optimizer.step();
    },
  };
}

function batch(): [x: Tensor, seed: Tensor] {
  const numbers = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => Math.cos(i) / 2);
  return [tensor(numbers(16), { shape: [4, 4] }), tensor(numbers(8), { shape: [4, 2] })];
}

test("compiled: TensorFlow.js counts as many tensors after 10,000 steps in one synchronous loop as before", {
  timeout: 120_000,
}, () => {
  const step = compile(training().step);
  const [x, seed] = batch();
  step(x, seed);
  step(x, seed);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 10_000; i++) {
    step(x, seed);
    if (i % 1000 === 0) expect(tf.memory().numTensors).toBe(before);
  }
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  [
    "in tidy",
    (step: Step): Step =>
      (x, seed) =>
        tidy(() => step(x, seed)),
    4,
  ],
  ["without tidy", (step: Step): Step => step, 200],
] as const)(
  "eager, %s: what nobody frees fills the budget of tensors, and then the count is flat",
  {
    timeout: 120_000,
  },
  (_, executed, perStep) => {
    const step = executed(training().step);
    const [x, seed] = batch();
    // 64 MiB at 16 KiB each, and what one step makes
    const bound = tf.memory().numTensors + 4096 + perStep;
    let most = 0;
    for (let i = 0; i < 2500; i++) {
      step(x, seed);
      most = Math.max(most, tf.memory().numTensors);
    }
    expect(most).toBeLessThanOrEqual(bound);
  },
);

test("a compiled step, an eager one and one on the device reference train the same parameters", async () => {
  const [compiled, eager] = [training(), training()];
  const replay = compile(compiled.step);
  const [x, seed] = batch();
  for (let i = 0; i < 20; i++) {
    replay(x, seed);
    eager.step(x, seed);
  }
  await setDevice("reference");
  const oracle = training();
  const [y, cotangent] = batch();
  for (let i = 0; i < 20; i++) oracle.step(y, cotangent);
  await setDevice("tensorflow");
  for (const [i, parameter] of compiled.parameters.entries()) {
    expect(parameter.toArray()).toEqual(eager.parameters[i]!.toArray());
    const wanted = oracle.parameters[i]!.dataSync();
    for (const [at, value] of parameter.dataSync().entries()) expect(value).toBeCloseTo(wanted[at]!, 6);
  }
});

test("tensors on two devices in one operation are refused by name", async () => {
  const x = tensor([1, 2]);
  await setDevice("wasm");
  const y = tensor([1, 2]);
  await setDevice("tensorflow");
  expect(() => x.add(y)).toThrow(expect.objectContaining({ code: "device" }));
});
