/** All parameters in one launch: the bits of an optimizer for each alone, whatever their sizes, steps and memory. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Launch } from "../devices/backend.ts";
import { adam, adamW, compile, noGrad, type Optimizer, setDevice, type Tensor, tensor } from "../index.ts";

const sizes = [1, 3, 70, 16, 5000];

const parametersOf = (): Tensor[] =>
  sizes.map((size, at) =>
    tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * 1.3 + at)),
      { requiresGrad: true },
    ),
  );

const valuesOf = (parameters: readonly Tensor[]): number[][] =>
  parameters.map((parameter) => [...parameter.dataSync()]);

/** Gradients of those parameters that `have` names. */
function differentiate(parameters: readonly Tensor[], scale: Tensor, have: readonly number[]): void {
  for (const parameter of parameters) parameter.grad = null;
  for (const at of have) parameters[at].square().mul(scale).sum().backward();
}

describe.each([
  ["adam", (p: readonly Tensor[]) => adam(p, { learningRate: 0.1 })],
  ["adamW", (p: readonly Tensor[]) => adamW(p, { learningRate: 0.1 })],
] as const)("%s on wasm", (_, make) => {
  beforeEach(() => setDevice("wasm"));

  /** The same steps with one optimizer over all parameters, compiled or not, and with one for each of them. */
  function expectSame(run: (parameters: Tensor[], optimizers: readonly Optimizer[]) => void): void {
    const [joint, single] = [parametersOf(), parametersOf()];
    run(joint, [make(joint)]);
    run(
      single,
      single.map((parameter) => make([parameter])),
    );
    expect(valuesOf(joint)).toEqual(valuesOf(single));
  }

  it.each(["compiled", "eager"])("%s: parameters at different steps keep their own numbers", (how) => {
    expectSame((parameters, optimizers) => {
      const step = (have: readonly number[]): ((scale: Tensor) => void) => {
        const body = (scale: Tensor): void => {
          differentiate(parameters, scale, have);
          for (const optimizer of optimizers) optimizer.step();
        };
        return how === "compiled" ? compile(body) : body;
      };
      const [some, all] = [step([0, 2, 4]), step([0, 1, 2, 3, 4])];
      for (let i = 0; i < 4; i++) all(tensor(1 + i));
      some(tensor(0.5));
      some(tensor(0.25)); // from here on, `all` finds rows that differ
      for (const optimizer of optimizers) optimizer.learningRate = 0.02;
      noGrad(() => parameters[2].assign(tensor(new Float32Array(70).fill(2))));
      for (let i = 0; i < 4; i++) all(tensor(1 - i));
    });
  });

  it("goes on from a restored state in which they are at different steps", () => {
    const [first, second] = [parametersOf(), parametersOf()];
    const [one, other] = [make(first), make(second)];
    const step = (parameters: readonly Tensor[], optimizer: Optimizer): ((scale: Tensor) => void) =>
      compile((scale: Tensor) => {
        differentiate(parameters, scale, [0, 1, 2, 3, 4]);
        optimizer.step();
      });
    const [run, rerun] = [step(first, one), step(second, other)];
    run(tensor(1));
    rerun(tensor(3));
    differentiate(first, tensor(1), [1, 3]);
    one.step();
    other.restore(one.state());
    noGrad(() => {
      first.forEach((parameter, i) => {
        second[i].assign(parameter);
      });
    });
    for (let i = 0; i < 3; i++) {
      run(tensor(1 + i));
      rerun(tensor(1 + i));
    }
    expect(valuesOf(second)).toEqual(valuesOf(first));
  });

  it("updates parameters in turn where one is what another reads or writes", () => {
    const outcome = (optimizersOf: (parameters: readonly Tensor[]) => readonly Optimizer[]): number[][] => {
      const x = tensor([1, 2], { requiresGrad: true });
      const same = x.detach();
      same.requiresGrad = true;
      const follower = tensor([3, -4], { requiresGrad: true });
      const optimizers = optimizersOf([x, same, follower]);
      for (const before of [x, same]) before.grad = tensor([1, -1]);
      follower.grad = x.detach();
      for (const optimizer of optimizers) optimizer.step();
      same.grad = null;
      for (const optimizer of optimizers) optimizer.step();
      return valuesOf([x, same, follower]);
    };
    const alone = outcome((parameters) => parameters.map((parameter) => make([parameter])));
    expect(outcome((parameters) => [make(parameters)])).toEqual(alone);
  });

  it("is one launch of a recorded step", () => {
    const parameters = parametersOf();
    const optimizer = make(parameters);
    const { backend } = parameters[0].storage;
    const record = vi.spyOn(backend, "record");
    const step = compile((scale: Tensor) => {
      differentiate(parameters, scale, [0, 1, 2, 3, 4]);
      optimizer.step();
    });
    step(tensor(1));
    const launches = record.mock.calls[0]![0] as readonly Launch[];
    record.mockRestore();
    const kernels = launches.map(({ kernel }) => kernel).filter(({ kind }) => kind.startsWith("adam"));
    expect(kernels).toEqual([{ kind: "adamFromTable", dtype: "float32", lengths: sizes }]);
  });
});
