import { beforeEach, describe, expect, it } from "vitest";
import type { DeviceBuffer } from "../devices/backend.ts";
import type { AnyKernel } from "../devices/kernel.ts";
import { compile, onesLike, setDevice, type Tensor, tensor, where, zerosLike } from "../index.ts";
import type { RecordedStep } from "../tensor/recording.ts";
import { withoutConstants } from "./constants.ts";

const buffer = (length = 4): DeviceBuffer => ({ dtype: "float32", length });
const step = (kernel: AnyKernel, inputs: DeviceBuffer[], outputs: DeviceBuffer[]): RecordedStep => ({
  kernel,
  inputs,
  outputs,
});
const ones: AnyKernel = { kind: "fill", dtype: "float32", length: 4, value: 1 };
const negated: AnyKernel = { kind: "unary", op: "neg", dtype: "float32", length: 4 };

describe("withoutConstants", () => {
  const [x, one, minus, z] = [buffer(), buffer(), buffer(), buffer()] as const;
  const made = new Set([one, minus, z]);
  const kept = (steps: readonly RecordedStep[], lasting: readonly DeviceBuffer[] = []): number[] => {
    const left = withoutConstants(steps, made, new Set(lasting));
    return left.map((launch) => steps.indexOf(launch));
  };
  const steps = [step(ones, [], [one]), step(negated, [one], [minus]), step(negated, [x], [z])];

  it("leaves out what depends on numbers alone", () => {
    expect(kept(steps)).toEqual([2]);
  });

  it("keeps what others see, what is written twice, and what was there before", () => {
    expect(kept(steps, [minus])).toEqual([1, 2]);
    expect(kept(steps, [one])).toEqual([0, 1, 2]);
    expect(kept([...steps, step(negated, [x], [one])])).toEqual([0, 1, 2, 3]);
    expect(kept([step(ones, [], [x]), ...steps.slice(1)])).toEqual([0, 1, 2]);
  });

  it("keeps launches whose numbers change, effects, and large results", () => {
    const changing: RecordedStep = { kernel: () => ones, inputs: [], outputs: [one] };
    expect(kept([changing, ...steps.slice(1)])).toEqual([0, 1, 2]);
    expect(kept([{ effect: () => {} }, ...steps])).toEqual([0, 3]);
    const large = buffer(32768);
    made.add(large);
    expect(kept([step({ ...ones, length: 32768 }, [], [large]), ...steps])).toEqual([0, 3]);
  });
});

describe.each(["reference", "wasm", "tensorflow"])("on %s", (device) => {
  beforeEach(() => setDevice(device));

  it("replays give what the function gives, however its constants are used", () => {
    const constant = tensor([5, 6, 7]);
    const fn = (x: Tensor): Tensor[] => {
      const [one, zero] = [onesLike(x), zerosLike(x)];
      const seed = one.neg().div(3);
      return [where(x.greater(0), seed, zero), x.mul(seed.exp()), one.add(2), constant.mul(one)];
    };
    const compiled = compile(fn);
    for (let round = 0; round < 3; round++) {
      const x = tensor([1 - round, 2, round]);
      constant.assign(tensor([round, 1, 2]));
      const got = compiled(x).map((result) => result.toArray());
      expect(got).toEqual(fn(x).map((result) => result.toArray()));
      // a result is the caller's to change; the next call overwrites it
      compiled(x)[2]!.assign(tensor([0, 0, 0]));
    }
  });
});
