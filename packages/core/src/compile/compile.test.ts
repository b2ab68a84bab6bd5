import { beforeEach, describe, expect, it } from "vitest";
import {
  adam,
  arange,
  clipGradNorm,
  compile,
  type GradbridgeError,
  type Optimizer,
  ones,
  setDevice,
  sgd,
  type Tensor,
  tensor,
} from "../index.ts";

const code = (fn: () => unknown): string => {
  try {
    fn();
    return "none";
  } catch (error) {
    return (error as GradbridgeError).code;
  }
};

interface Network {
  readonly parameters: Tensor[];
  readonly forward: (x: Tensor) => Tensor;
}

function network(): Network {
  const values = (size: number, salt: number): Float32Array =>
    Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.7 + salt) / 2);
  const [w, b, v] = [
    tensor(values(15, 0), { shape: [5, 3], requiresGrad: true }),
    tensor(values(5, 1), { requiresGrad: true }),
    tensor(values(10, 2), { shape: [2, 5], requiresGrad: true }),
  ] as const;
  return { parameters: [w, b, v], forward: (x) => x.affine(w, b, "tanh").affine(v, null) };
}

const batch = (rows: number, salt: number): Tensor =>
  tensor(
    Float32Array.from({ length: rows * 3 }, (_, i) => Math.cos(i * 0.9 + salt)),
    { shape: [rows, 3] },
  );

/** A whole training step: forward, seed, backward, clipping, optimizer. */
function trainingStep(
  { parameters, forward }: Network,
  optimizer: Optimizer,
): (x: Tensor, scale: Tensor) => { norm: Tensor; y: Tensor } {
  return (x, scale) => {
    const y = forward(x);
    optimizer.zeroGrad();
    y.backward(y.detach().softmax().mul(scale));
    const norm = clipGradNorm(parameters, 0.5);
    optimizer.step();
    return { norm, y: y.concat([y.detach().mul(0).add(1)], 1) };
  };
}

describe.each(["reference", "wasm"])("compile on %s", (device) => {
  beforeEach(() => setDevice(device));

  it.each([
    ["adam", (p: Tensor[]) => adam(p, { learningRate: 0.1 })],
    ["sgd", (p: Tensor[]) => sgd(p, { learningRate: 0.1, momentum: 0.9 })],
  ])(
    "replays a training step with %s exactly as it runs eagerly, for every batch size and learning rate",
    (_, make) => {
      const [eager, compiled] = [network(), network()];
      const [optimizerE, optimizerC] = [make(eager.parameters), make(compiled.parameters)];
      const stepE = trainingStep(eager, optimizerE);
      const stepC = compile(trainingStep(compiled, optimizerC));
      for (let i = 0; i < 12; i++) {
        for (const optimizer of [optimizerE, optimizerC]) optimizer.learningRate = 0.1 / (i + 1);
        const x = batch(i % 3 === 2 ? 4 : 7, i);
        const scale = tensor(1 + i / 10);
        const [a, b] = [stepE(x, scale), stepC(x, scale)];
        expect(b.norm.item()).toBe(a.norm.item());
        expect(b.y.toArray()).toEqual(a.y.toArray());
        eager.parameters.forEach((parameter, j) => {
          expect(compiled.parameters[j].toArray()).toEqual(parameter.toArray());
          expect(compiled.parameters[j].grad!.toArray()).toEqual(parameter.grad!.toArray());
        });
      }
      expect(optimizerC.state().step).toBe(12);
    },
  );

  it("sees changes of what it captured, and goes on after an optimizer is restored", () => {
    const [first, second] = [network(), network()];
    const [a, b] = [adam(first.parameters), adam(second.parameters)];
    const [stepA, stepB] = [compile(trainingStep(first, a)), compile(trainingStep(second, b))];
    const one = tensor(1);
    for (let i = 0; i < 3; i++) stepA(batch(4, i), one);
    stepB(batch(4, 99), one);
    b.restore(a.state());
    second.parameters.forEach((parameter, i) => {
      parameter.detach().assign(first.parameters[i]);
    });
    stepA(batch(4, 5), one);
    stepB(batch(4, 5), one);
    expect(second.parameters.map((p) => p.toArray())).toEqual(first.parameters.map((p) => p.toArray()));
  });

  it("keeps constants made inside, also where memory is reused", () => {
    const fn = compile((x: Tensor) => {
      const steps = arange(1, 5);
      const shifted = x.add(steps);
      return shifted
        .mul(2)
        .add(ones([4]))
        .mul(x)
        .sub(3);
    });
    const expected = (x: number[]): number[] => x.map((v, i) => ((v + i + 1) * 2 + 1) * v - 3);
    for (const x of [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [0, 0, 1, 1],
    ]) {
      expect(fn(tensor(x)).toArray()).toEqual(expected(x));
    }
  });

  it("returns the same tensors every time, and releases those in between", () => {
    let inner: Tensor | undefined;
    const fn = compile((x: Tensor) => {
      inner = x.mul(2);
      return inner.add(1);
    });
    const first = fn(tensor([1]));
    expect(first.toArray()).toEqual([3]);
    expect(fn(tensor([2]))).toBe(first);
    expect(first.toArray()).toEqual([5]);
    expect(code(() => inner!.toArray())).toBe("released");
  });

  it("keeps arguments apart that were one tensor, or a captured one, in the recorded run", () => {
    const weight = tensor([2, 3]);
    const minus = compile((x: Tensor, y: Tensor) => x.sub(y).mul(weight));
    expect(minus(weight, weight).toArray()).toEqual([0, 0]);
    expect(minus(tensor([5, 7]), tensor([1, 2])).toArray()).toEqual([8, 15]);
    const same = compile((x: Tensor) => [x.neg(), x.reshape([2, 1])] as const);
    const first = tensor([1, 2]);
    same(first);
    expect(same(tensor([3, 4]))[1].toArray()).toEqual([[3], [4]]);
    expect([first.toArray(), weight.toArray()]).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  it("runs inside another compiled function as a part of it", () => {
    const square = compile((x: Tensor) => x.mul(x));
    const fn = compile((x: Tensor) => square(x).add(square(x.add(1))));
    expect([fn(tensor([1])).item(), fn(tensor([2])).item()]).toEqual([5, 13]);
  });

  it("refuses what a replay could not do again, and leaves nothing behind", () => {
    expect(code(() => compile((x: Tensor) => x.mul(x.sum().item()))(tensor([1])))).toBe("data-dependent");
    expect(code(() => compile((x: Tensor) => x.add(tensor([1])))(tensor([1])))).toBe("host-data");
    expect(code(() => compile((x: Tensor) => x)(tensor([1], { requiresGrad: true })))).toBe("compile");
    expect(code(() => compile((x: Tensor) => x)(3 as unknown as Tensor))).toBe("compile");
    const given = tensor([1]);
    expect(code(() => compile((x: Tensor) => x.add(x.assign(tensor([5]))))(given))).toBe("host-data");
    const five = tensor([5]);
    expect(code(() => compile((x: Tensor) => x.assign(five).add(1))(given))).toBe("compile");
    expect(given.item()).toBe(1);
    const { parameters, forward } = network();
    forward(batch(2, 0)).sum().backward();
    expect(code(() => compile((x: Tensor) => forward(x).sum().backward())(batch(2, 1)))).toBe("compile");
    expect(parameters[0].add(1).toArray()).toHaveLength(5); // no recording is left open
  });
});
