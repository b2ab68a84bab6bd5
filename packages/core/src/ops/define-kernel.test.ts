import { beforeAll, describe, expect, test } from "vitest";
import { whyNoWebGpu } from "../fixtures/why-no-webgpu.ts";
import { compile, defineKernel, setDevice, tensor, zeros } from "../index.ts";

const reason = await whyNoWebGpu();

/** y[i] += factor · x[i], counted in `runs`. */
const accumulate = defineKernel({
  name: "test accumulate",
  inputs: { x: "float32" },
  outputs: { y: "float32", runs: "int32" },
  numbers: { factor: "float32", step: "int32" },
  wgsl: {
    declarations: "fn scaled(x: f32, factor: f32) -> f32 { return x * factor; }",
    body: "y[i] += scaled(x[i], u.factor);\nruns[i] += u.step;",
  },
  host: (i, { x, y, runs }, { factor, step }) => {
    y[i]! += x[i]! * factor;
    runs[i]! += step;
  },
});
const code = (expected: string): object => expect.objectContaining({ code: expected });

describe.each(["reference", "wasm", "webgpu"])("defineKernel on %s", (device) => {
  describe.skipIf(device === "webgpu" && reason !== null)(reason ?? "", () => {
    beforeAll(() => setDevice(device));

    test("runs so many invocations, in place", async () => {
      await setDevice(device);
      const x = tensor([1, 2, 3, 4]);
      const y = tensor([10, 10, 10, 10]);
      const runs = zeros([4], { dtype: "int32" });
      accumulate({ x, y, runs }, { factor: 0.5, step: 2 }, 3);
      accumulate({ x, y, runs }, { factor: 1, step: -1 }, 4);
      expect([...(await y.data())]).toEqual([11.5, 13, 14.5, 14]);
      expect([...(await runs.data())]).toEqual([1, 1, 1, -1]);
    });

    test("is recorded by compile, between operations", async () => {
      await setDevice(device);
      const y = tensor([10, 20, 30, 40]);
      const runs = zeros([4], { dtype: "int32" });
      const weight = tensor([1, 2, 3, 4], { requiresGrad: true });
      const step = compile((x: typeof y) => {
        accumulate({ x: x.mul(2), y, runs }, { factor: 0.5, step: 3 }, 4);
        return y.sub(1);
      });
      const product = weight.mul(y);
      for (const turn of [1, 2, 3]) {
        const result = step(tensor([turn, 0, 0, 1]));
        expect([...(await result.data())]).toEqual([9 + (turn * (turn + 1)) / 2, 19, 29, 39 + turn]);
      }
      expect([...(await runs.data())]).toEqual([9, 9, 9, 9]);
      expect(() => product.backward(tensor([1, 1, 1, 1]))).toThrow(code("changed-in-place"));
    });

    test("sees that a saved value was changed", async () => {
      await setDevice(device);
      const y = tensor([1, 2]);
      const weight = tensor([3, 4], { requiresGrad: true });
      const product = weight.mul(y);
      accumulate({ x: tensor([1, 1]), y, runs: zeros([2], { dtype: "int32" }) }, { factor: 1, step: 1 }, 2);
      expect(() => product.backward(tensor([1, 1]))).toThrow(code("changed-in-place"));
    });
  });
});

describe("defineKernel refuses", () => {
  beforeAll(() => setDevice("reference"));
  const numbers = { factor: 1, step: 1 };
  const fresh = () => ({ x: tensor([1]), y: tensor([1]), runs: zeros([1], { dtype: "int32" }) });

  test("what does not fit", () => {
    const all = fresh();
    expect(() => accumulate({ ...all, x: tensor([1], { dtype: "int32" }) }, numbers, 1)).toThrow(
      code("dtype"),
    );
    expect(() => accumulate({ ...all, x: undefined as never }, numbers, 1)).toThrow(code("operand"));
    expect(() => accumulate(all, { factor: 1 } as never, 1)).toThrow(code("operand"));
    expect(() => accumulate(all, numbers, 1.5)).toThrow(code("operand"));
    expect(() => accumulate({ ...all, x: all.y }, numbers, 1)).toThrow(code("in-place"));
    expect(() => accumulate({ ...all, y: tensor([1], { requiresGrad: true }) }, numbers, 1)).toThrow(
      code("in-place"),
    );
    expect(() => accumulate({ ...all, x: tensor([1], { device: "wasm" }) }, numbers, 1)).toThrow(
      code("device"),
    );
  });

  test("a compiled function that changes its argument, and a name that is taken", () => {
    const { x, runs } = fresh();
    const compiled = compile((y: typeof x) => accumulate({ x, y, runs }, numbers, 1));
    expect(() => compiled(tensor([1]))).toThrow(code("compile"));
    const other = { inputs: {}, numbers: {}, wgsl: { body: "" }, host: () => {} };
    expect(() => defineKernel({ name: "test accumulate", outputs: { y: "float32" }, ...other })).toThrow(
      code("kernel"),
    );
    expect(() => defineKernel({ name: "test 2", outputs: { "a b": "float32" }, ...other })).toThrow(
      code("kernel"),
    );
  });
});
