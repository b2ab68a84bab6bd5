import { beforeEach, describe, expect, it } from "vitest";
import type { DeviceBuffer } from "../devices/backend.ts";
import type { AnyKernel } from "../devices/kernel.ts";
import { compile, setDevice, sgd, type Tensor, tensor } from "../index.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { withoutRepeats } from "./repeats.ts";

type Launched = Extract<RecordedStep, { kernel: unknown }>;
const buffer = (): DeviceBuffer => ({ dtype: "float32", length: 4 });
const step = (kernel: AnyKernel, inputs: DeviceBuffer[], outputs: DeviceBuffer[]): Launched => ({
  kernel,
  inputs,
  outputs,
});
const exp: AnyKernel = { kind: "unary", op: "exp", dtype: "float32", length: 4 };
const neg: AnyKernel = { kind: "unary", op: "neg", dtype: "float32", length: 4 };
const times = (value: number): AnyKernel => ({
  kind: "binary",
  op: "mul",
  dtype: "float32",
  shape: [4],
  strides: [[1]],
  scalar: { side: "right", value },
});

describe("withoutRepeats", () => {
  const [x, a, b, c, d] = [buffer(), buffer(), buffer(), buffer(), buffer()] as const;
  const made = new Set([a, b, c, d]);
  const left = (steps: readonly RecordedStep[], lasting: readonly DeviceBuffer[] = []): Launched[] =>
    withoutRepeats(steps, made, new Set(lasting)) as Launched[];

  it("leaves out the second of two, and what is computed of both", () => {
    const steps = [step(exp, [x], [a]), step(exp, [x], [b]), step(neg, [a], [c]), step(neg, [b], [d])];
    const last = step(times(2), [d], [buffer()]);
    expect(left([...steps, last])).toEqual([steps[0], steps[2], { ...last, inputs: [c] }]);
  });

  it("keeps results that last, but lets others read the first of them", () => {
    const steps = [step(exp, [x], [a]), step(exp, [x], [b])];
    expect(left(steps, [b])).toEqual(steps);
    expect(left(steps, [a])).toEqual(steps.slice(0, 1));
  });

  it("keeps what reads values that changed in between, or is written again", () => {
    const changed = [step(exp, [x], [a]), step(neg, [c], [x]), step(exp, [x], [b])];
    expect(left(changed)).toEqual(changed);
    const again = [step(exp, [x], [a]), step(exp, [x], [b]), step(neg, [x], [b])];
    expect(left(again)).toEqual(again);
    const before = [step(exp, [x], [a]), step(exp, [x], [b]), step(neg, [x], [a])];
    expect(left(before)).toEqual(before);
  });

  it("tells numbers apart that JSON does not", () => {
    const numbers = [0, -0, Number.NaN, Infinity, -Infinity];
    const steps = numbers.map((value) => {
      const result = buffer();
      made.add(result);
      return step(times(value), [x], [result]);
    });
    expect(left(steps)).toEqual(steps);
  });
});

describe.each(["reference", "wasm"])("on %s", (device) => {
  beforeEach(() => setDevice(device));

  it("replays give what the function gives, where parameters change between equal launches", () => {
    const outcome = (compiled: boolean): unknown[] => {
      const w = tensor([1, 2, 3], { requiresGrad: true });
      const optimizer = sgd([w], { learningRate: 0.1 });
      const body = (x: Tensor): Tensor[] => {
        optimizer.zeroGrad();
        const before = [w.mul(x).exp(), w.mul(x).exp().add(1)];
        before[0]!.backward(x);
        optimizer.step();
        return [...before, w.mul(x).exp(), w.mul(x).exp()];
      };
      const step = compiled ? compile(body) : body;
      const results = [0.1, -0.2, 0.3].map((scale) =>
        step(tensor([scale, -scale, 1])).map((result) => result.toArray()),
      );
      return [results, w.toArray()];
    };
    expect(outcome(true)).toEqual(outcome(false));
  });
});
