/** Whole training steps: what `compile` records runs on the GPU in one submission, and nothing comes back. */
import { beforeAll, describe, expect, test } from "vitest";
import { whyNoWebGpu } from "../../fixtures/why-no-webgpu.ts";
import {
  adam,
  clipGradNorm,
  compile,
  crossEntropyLoss,
  setDevice,
  type Tensor,
  tensor,
} from "../../index.ts";
import type { WebGpuBackend } from "./backend.ts";

const reason = await whyNoWebGpu();

const values = (size: number, salt: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + salt) / 2);

/** A 4-16-16-2 network, its optimizer, and a step on a batch: forward, seed, backward, clipping, Adam. */
function training(): {
  parameters: Tensor[];
  step: (x: Tensor, target: Tensor) => { loss: Tensor; norm: Tensor };
  optimizer: ReturnType<typeof adam>;
} {
  const sizes = [4, 16, 16, 2];
  const parameters = sizes
    .slice(1)
    .flatMap((size, i) => [
      tensor(values(size * sizes[i], i), { shape: [size, sizes[i]], requiresGrad: true }),
      tensor(values(size, i + 7), { requiresGrad: true }),
    ]);
  const optimizer = adam(parameters, { learningRate: 0.05 });
  const step = (x: Tensor, target: Tensor): { loss: Tensor; norm: Tensor } => {
    const hidden = x
      .affine(parameters[0], parameters[1], "tanh")
      .affine(parameters[2], parameters[3], "tanh");
    const logits = hidden.affine(parameters[4], parameters[5]);
    optimizer.zeroGrad();
    const probabilities = logits.detach().softmax();
    logits.backward(probabilities.sub(target).div(x.shape[0]));
    const norm = clipGradNorm(parameters, 0.5);
    optimizer.step();
    return { loss: probabilities.sub(target).square().mean().detach(), norm };
  };
  return { parameters, step, optimizer };
}

function batch(turn: number): [Tensor, Tensor] {
  const rows = 24;
  const target = new Float32Array(rows * 2);
  for (let row = 0; row < rows; row++) target[row * 2 + ((row + turn) % 2)] = 1;
  return [tensor(values(rows * 4, turn), { shape: [rows, 4] }), tensor(target, { shape: [rows, 2] })];
}

async function trained(device: string, steps: number, compiled: boolean): Promise<number[][]> {
  await setDevice(device);
  const { parameters, step, optimizer } = training();
  const run = compiled ? compile(step) : step;
  for (let i = 0; i < steps; i++) {
    optimizer.learningRate = 0.05 / (i + 1);
    run(...batch(i));
  }
  return Promise.all(parameters.map(async (parameter) => [...(await parameter.data())]));
}

describe.skipIf(reason !== null)(`compile on webgpu${reason === null ? "" : ` (not run: ${reason})`}`, () => {
  beforeAll(() => setDevice("webgpu"));

  test("one submission and no byte read back per step", async () => {
    await setDevice("webgpu");
    const { step } = training();
    const run = compile(step);
    run(...batch(0));
    const inputs = [batch(1), batch(2)] as const;
    const backend = inputs[0][0].storage.backend as WebGpuBackend;
    await inputs[0][0].data(); // everything before is sent
    const before = backend.statistics;
    for (let i = 0; i < 10; i++) run(...inputs[i % 2]);
    const after = backend.statistics;
    expect(after.submissions - before.submissions).toBe(10);
    expect(after.bytesRead - before.bytesRead).toBe(0);
    const dispatches = (after.dispatches - before.dispatches) / 10;
    expect(dispatches).toBeGreaterThan(20);
    expect(dispatches).toBeLessThanOrEqual(44); // 53 where no elementwise chains are fused
  });

  test("the same bits compiled as eager, and the numbers of the reference", async () => {
    const [eager, compiled] = [await trained("webgpu", 5, false), await trained("webgpu", 5, true)];
    expect(compiled).toEqual(eager);
    const wanted = await trained("reference", 5, false);
    wanted.flat().forEach((want, i) => {
      expect(Math.abs(eager.flat()[i] - want)).toBeLessThan(2e-5);
    });
  });

  test("a loss and its automatic gradient", async () => {
    const gradientOn = async (device: string): Promise<number[]> => {
      await setDevice(device);
      const weight = tensor(values(12, 3), { shape: [3, 4], requiresGrad: true });
      const x = tensor(values(20, 4), { shape: [5, 4] });
      const classes = tensor([0, 2, 1, 1, 0], { dtype: "int32" });
      const loss = crossEntropyLoss(x.matmul(weight.transpose()), classes);
      loss.backward();
      return [...(await loss.data()), ...(await weight.grad!.data())];
    };
    const [got, want] = [await gradientOn("webgpu"), await gradientOn("reference")];
    got.forEach((value, i) => {
      expect(Math.abs(value - want[i])).toBeLessThan(1e-6);
    });
  });
});
