import { type GradbridgeError, grad, setDevice, type Tensor, tensor } from "@gradbridge/core";
import { beforeAll, describe, expect, it } from "vitest";
import { type ApplyMode, applyDelta } from "./apply-delta.ts";
import { surrogateLoss } from "./surrogate-loss.ts";

beforeAll(() => setDevice("reference"));

function setUp(): { w: Tensor; outputs: { y: Tensor; v: Tensor }; deltas: { y: Tensor; v: Float32Array } } {
  const w = tensor([[0.5, -1, 2]], { requiresGrad: true });
  const x = tensor([[1], [2], [3], [4]]);
  const y = x.matmul(w);
  const deltas = {
    y: tensor([
      [1, 0, -1],
      [0.25, 2, 0],
      [0, 0, 0],
      [-3, 1, 1],
    ]),
    v: Float32Array.of(1, -1, 2, 0.5),
  };
  return { w, outputs: { y, v: y.sum(1) }, deltas };
}

function gradient(options: Partial<Parameters<typeof applyDelta>[2]> & { mode: ApplyMode }): number[][] {
  const { w, outputs, deltas } = setUp();
  applyDelta(outputs, deltas, options);
  return w.grad!.toArray() as number[][];
}

describe("applyDelta", () => {
  it("moves the outputs along δ: the gradient is −Σ δ ∂y/∂w over the batch", () => {
    // Σₓ x (δ_y + δ_v), divided by 4, negated
    const expected = [0, 1, 2].map((j) => {
      const { deltas } = setUp();
      const d = deltas.y.toArray() as number[][];
      return -[1, 2, 3, 4].reduce((sum, x, i) => sum + x * (d[i]![j]! + deltas.v[i]!), 0) / 4;
    });
    expect(gradient({ mode: "seed" })[0]).toEqual(expected.map(Math.fround));
  });

  it("is the same to the last bit as a seed and as an inner product, and close as a surrogate", () => {
    const seeded = gradient({ mode: "seed" });
    expect(gradient({ mode: "inner" })).toEqual(seeded);
    gradient({ mode: "surrogate" })[0]!.forEach((value, j) => {
      expect(value).toBeCloseTo(seeded[0]![j]!, 5);
    });
  });

  it.each(["seed", "inner", "surrogate"] as const)("reduces as told in mode %s", (mode) => {
    const mean = gradient({ mode })[0]!;
    gradient({ mode, reduction: "sum" })[0]!.forEach((value, j) => {
      expect(value).toBeCloseTo(4 * mean[j]!, 4);
    });
  });

  it("pulls toward the outputs that acted, in a surrogate anchored there", () => {
    const { w, outputs, deltas } = setUp();
    const acted = outputs.y.detach().add(0.5);
    applyDelta(
      { y: outputs.y },
      { y: deltas.y },
      { mode: "surrogate", anchor: "behavior", behavior: { y: acted }, reduction: "sum" },
    );
    const [expected] = grad(linear(w), w, {
      seeds: tensor([
        [-0.5, -0.5, -0.5],
        [-0.5, -0.5, -0.5],
        [-0.5, -0.5, -0.5],
        [-0.5, -0.5, -0.5],
      ]).sub(deltas.y),
    });
    expect(w.grad!.toArray()).toEqual(expected!.toArray());
  });

  it("loses δ in float32 where outputs are large, as a surrogate alone", () => {
    const w = tensor([[1e4]], { requiresGrad: true });
    const delta = { y: tensor([[1e-4]]) };
    applyDelta({ y: w.mul(1) }, delta, { mode: "surrogate" });
    expect(w.grad!.item()).toBe(0);
    w.grad = null;
    applyDelta({ y: w.mul(1) }, delta, { mode: "seed" });
    expect(w.grad!.item()).toBe(Math.fround(-1e-4));
  });

  it("scales and clips δ, and tells its norm", () => {
    const plain = gradient({ mode: "seed" })[0]!;
    gradient({ mode: "seed", scale: 0.5 })[0]!.forEach((value, j) => {
      expect(value).toBeCloseTo(plain[j]! / 2, 6);
    });
    const { outputs, deltas, w } = setUp();
    const report = applyDelta(outputs, deltas, { mode: "seed", maxNorm: 1 });
    const norm = report.deltaNorm().item();
    expect(norm).toBeCloseTo(Math.sqrt(2 + 0.0625 + 4 + 11 + 6.25), 4);
    (w.grad!.toArray() as number[][])[0]!.forEach((value, j) => {
      expect(value).toBeCloseTo(plain[j]! / norm, 5);
    });
  });

  it("adds to an ordinary loss of the same step", () => {
    const { w, outputs, deltas } = setUp();
    outputs.y.square().mean().backward(undefined, { retainGraph: true });
    const alone = w.grad!.toArray() as number[][];
    applyDelta(outputs, deltas, { mode: "seed" });
    const seeded = gradient({ mode: "seed" })[0]!;
    (w.grad!.toArray() as number[][])[0]!.forEach((value, j) => {
      expect(value).toBeCloseTo(alone[0]![j]! + seeded[j]!, 4);
    });
  });

  it.each(["seed", "inner", "surrogate"] as const)("takes losses into the same pass in mode %s", (mode) => {
    const { w, outputs, deltas } = setUp();
    const penalty = outputs.y.square().mean();
    const norm = w.abs().sum();
    const report = applyDelta(outputs, deltas, { mode, losses: [penalty, norm] });
    const together = w.grad!.toArray() as number[][];

    const other = setUp();
    other.outputs.y.square().mean().backward(undefined, { retainGraph: true });
    other.w.abs().sum().backward();
    applyDelta(other.outputs, other.deltas, { mode });
    (other.w.grad!.toArray() as number[][])[0]!.forEach((value, j) => {
      expect(together[0]![j]).toBeCloseTo(value, 4);
    });
    if (mode === "seed") expect(report.loss!.item()).toBeCloseTo(penalty.item() + norm.item(), 5);
  });

  it.each(["seed", "inner", "surrogate"] as const)(
    "accumulates before other passes of the graph in mode %s",
    (mode) => {
      const { w, outputs, deltas } = setUp();
      applyDelta(outputs, deltas, { mode, retainGraph: true });
      const alone = w.grad!.toArray() as number[][];
      outputs.y.sum().backward();
      (w.grad!.toArray() as number[][])[0]!.forEach((value, j) => {
        expect(value).toBeCloseTo(alone[0]![j]! + 10, 4); // Σ x
      });
    },
  );

  it.each(["seed", "inner", "surrogate"] as const)(
    "moves a hidden tensor that has other consumers in mode %s",
    (mode) => {
      // h = x·w feeds y = v·h² and is moved itself: ∂/∂w = −Σ x (δ_h + δ_y · 2 v h)
      const w = tensor([[0.5]], { dtype: "float64", requiresGrad: true });
      const v = tensor([[3]], { dtype: "float64", requiresGrad: true });
      const x = [1, 2, -1];
      const h = tensor(
        x.map((value) => [value]),
        { dtype: "float64" },
      ).matmul(w);
      const y = h.square().mul(v);
      const [deltaH, deltaY] = [
        [0.25, -1, 2],
        [1, 0.5, -0.5],
      ] as const;
      const column = (values: readonly number[]): Tensor =>
        tensor(
          values.map((value) => [value]),
          { dtype: "float64" },
        );
      applyDelta({ h, y }, { h: column(deltaH), y: column(deltaY) }, { mode, reduction: "sum" });
      const expectedW = -x.reduce(
        (sum, value, i) => sum + value * (deltaH[i]! + deltaY[i]! * 2 * 3 * value * 0.5),
        0,
      );
      const expectedV = -x.reduce((sum, value, i) => sum + deltaY[i]! * (value * 0.5) ** 2, 0);
      expect(w.grad!.item()).toBeCloseTo(expectedW, 12);
      expect(v.grad!.item()).toBeCloseTo(expectedV, 12);
    },
  );

  it("moves a hidden tensor alone: what comes after it gets no gradient", () => {
    const w = tensor([[0.5]], { requiresGrad: true });
    const v = tensor([[3]], { requiresGrad: true });
    const h = tensor([[2], [4]]).matmul(w);
    h.matmul(v);
    applyDelta({ h }, { h: Float32Array.of(1, -1) }, { mode: "seed", reduction: "sum" });
    expect(w.grad!.item()).toBe(2);
    expect(v.grad).toBeNull();
  });

  it("refuses a wrong δ and changes nothing", () => {
    const { w, outputs, deltas } = setUp();
    const code = (fn: () => unknown): string => {
      try {
        fn();
        return "none";
      } catch (error) {
        return (error as GradbridgeError).code;
      }
    };
    expect(code(() => applyDelta(outputs, { z: deltas.y }, { mode: "seed" }))).toBe("delta");
    expect(code(() => applyDelta(outputs, {}, { mode: "seed" }))).toBe("delta");
    expect(code(() => applyDelta(outputs, { y: deltas.y.slice([0], [1]) }, { mode: "seed" }))).toBe("delta");
    expect(code(() => applyDelta(outputs, { v: Float32Array.of(1) }, { mode: "seed" }))).toBe("delta");
    expect(code(() => applyDelta(outputs, deltas, { mode: "squared" as ApplyMode }))).toBe("option");
    expect(code(() => applyDelta(outputs, deltas, { mode: "surrogate", anchor: "behavior" }))).toBe("option");
    expect(code(() => applyDelta(outputs, { constructor: deltas.y } as never, { mode: "seed" }))).toBe(
      "delta",
    );
    expect(code(() => applyDelta(outputs, { v: [1, 2, 3, 4] } as never, { mode: "seed" }))).toBe("delta");
    const double = { y: deltas.y.cast("float64") };
    expect(code(() => applyDelta(outputs, double, { mode: "inner" }))).toBe("delta");
    const constant = { y: outputs.y.detach() };
    expect(code(() => applyDelta(constant, { y: deltas.y }, { mode: "inner" }))).toBe("delta");
    const behavior = { y: outputs.y.slice([0], [2]).detach(), v: outputs.v.detach() };
    const anchored = { mode: "surrogate", anchor: "behavior" } as const;
    expect(code(() => applyDelta(outputs, deltas, { ...anchored, behavior }))).toBe("option");
    const nan = { y: outputs.y.detach(), v: outputs.v.detach().mul(Number.NaN) };
    expect(code(() => applyDelta(outputs, deltas, { ...anchored, behavior: nan }))).toBe("non-finite");
    expect(code(() => applyDelta(outputs, deltas, { mode: "seed", scale: Number.NaN }))).toBe("option");
    expect(code(() => applyDelta(outputs, deltas, { mode: "seed", reduction: "mean" as never }))).toBe(
      "option",
    );
    expect(code(() => applyDelta(outputs, deltas, { mode: "seed", losses: outputs.y }))).toBe("option");
    expect(code(() => applyDelta(outputs, deltas, { mode: "inner", losses: tensor(1) }))).toBe("option");
    expect(w.grad).toBeNull();
  });

  it.each(["seed", "surrogate", "inner"] as const)(
    "names estimator, output and row of a δ that is not finite in mode %s, and changes nothing",
    (mode) => {
      const { w, outputs, deltas } = setUp();
      const poisoned = { y: deltas.y, v: Float32Array.of(0, 0, Number.NaN, 0) };
      expect(() => applyDelta(outputs, poisoned, { mode, estimator: "mine" })).toThrow(
        expect.objectContaining({
          code: "non-finite",
          message: 'mine: δ for "v" is NaN in row 2, element 0. Nothing was changed.',
          estimator: "mine",
          output: "v",
          row: 2,
        }),
      );
      const wide = Float32Array.from({ length: 12 }, (_, i) => (i === 10 ? -Infinity : 0));
      expect(() => applyDelta(outputs, { y: wide }, { mode })).toThrow(
        /"y" is -Infinity in row 3, element 1/,
      );
      const huge = { v: Float32Array.of(1e30, 0, 0, 0) };
      expect(() => applyDelta(outputs, huge, { mode, scale: 1e30 })).toThrow(/"v" is Infinity in row 0/);
      expect(w.grad).toBeNull();
    },
  );
});

function linear(w: Tensor): Tensor {
  return tensor([[1], [2], [3], [4]]).matmul(w);
}

describe("surrogateLoss", () => {
  it("has the gradient (y − ỹ) − δ: −δ at y = ỹ, not +δ", () => {
    const y = tensor([[1, 2]], { dtype: "float64", requiresGrad: true });
    surrogateLoss(y, y, tensor([[0.5, -3]], { dtype: "float64" }), { reduction: "sum" }).backward();
    expect(y.grad!.toArray()).toEqual([[-0.5, 3]]);
  });

  it("does not broadcast", () => {
    const y = tensor([[1, 2]]);
    expect(() => surrogateLoss(y, tensor([1, 2]), y)).toThrow(/ỹ is \[2\], y is \[1, 2\]/);
    expect(() => surrogateLoss(y, y, tensor([[1]]))).toThrow(/δ is \[1, 1\]/);
  });

  it("divides by what its reduction says", () => {
    const value = (reduction: "sum" | "batch-mean" | "element-mean"): number =>
      surrogateLoss(
        tensor([
          [1, 2],
          [3, 4],
        ]),
        tensor([
          [0, 0],
          [0, 0],
        ]),
        tensor([
          [0, 0],
          [0, 0],
        ]),
        { reduction },
      ).item();
    expect([value("sum"), value("batch-mean"), value("element-mean")]).toEqual([15, 7.5, 3.75]);
  });
});
