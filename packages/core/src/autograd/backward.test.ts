import { beforeAll, describe, expect, it } from "vitest";
import {
  add,
  backward,
  detectAnomaly,
  enableGrad,
  GradbridgeError,
  grad,
  noGrad,
  setDevice,
  type Tensor,
  tensor,
  tidy,
} from "../index.ts";

beforeAll(() => setDevice("reference"));

const leaf = (data: number | number[] | number[][]): Tensor => tensor(data, { requiresGrad: true });

function codeOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
    throw error;
  }
  return "no error";
}

describe("seeds", () => {
  it("start the pass at any tensor, with any cotangent", () => {
    const x = leaf([1, 2, 3]);
    const y = x.square();
    y.backward(tensor([1, 10, 100]));
    expect(x.grad!.toArray()).toEqual([2, 40, 600]);
  });

  it("work for several roots in one pass", () => {
    const x = leaf([1, 2]);
    const shared = x.mul(3);
    backward([shared, shared.square(), x], [tensor([1, 0]), tensor([1, 1]), tensor([5, 5])]);
    // 3·[1, 0] + 2·9x·[1, 1] + 5
    expect(x.grad!.toArray()).toEqual([3 + 18 + 5, 36 + 5]);
  });

  it("at a tensor that also feeds another operation add to what comes from there", () => {
    const x = leaf([2]);
    const hidden = x.square();
    const loss = hidden.mul(3).sum();
    backward([loss, hidden], [null, tensor([10])]);
    expect(x.grad!.item()).toBe((3 + 10) * 4);
  });

  it("and an ordinary loss run in one step, with parameters of their own and in common", () => {
    const trunk = leaf([1, -2]);
    const head = leaf([3]);
    const policy = trunk.mul(2);
    const loss = trunk.square().sum().mul(head);
    backward([policy, loss], [tensor([0.5, 0.25]), null]);
    expect(trunk.grad!.toArray()).toEqual([1 + 6, 0.5 - 12]);
    expect(head.grad!.toArray()).toEqual([5]);
  });

  it("may be left out for one element of any rank", () => {
    const x = leaf([[3]]);
    x.square().backward();
    expect(x.grad!.toArray()).toEqual([[6]]);
  });

  it("are checked before anything runs", () => {
    const x = leaf([1, 2]);
    const y = x.mul(2);
    expect(codeOf(() => y.backward())).toBe("seed");
    expect(codeOf(() => y.backward(tensor([1])))).toBe("shape");
    expect(codeOf(() => y.backward(tensor([1, 2], { dtype: "float64" })))).toBe("dtype");
    expect(codeOf(() => y.backward(tensor([1, Number.NaN])))).toBe("seed");
    expect(codeOf(() => y.backward(tensor([1, Number.POSITIVE_INFINITY])))).toBe("seed");
    expect(codeOf(() => y.backward(tensor([1, 2], { device: "wasm" })))).toBe("device");
    expect(codeOf(() => backward([y, y], [tensor([1, 1])]))).toBe("seed");
    expect(codeOf(() => tensor([1]).backward())).toBe("no-gradient");
    expect(x.grad).toBeNull();
    y.backward(tensor([1, 1])); // the refused passes left the graph whole
    expect(x.grad!.toArray()).toEqual([2, 2]);
  });

  it("do not become the gradient itself: changing one leaves the other", () => {
    const x = leaf([1, 2]);
    const seed = tensor([3, 4]);
    x.backward(seed);
    seed.assign(new Float32Array([9, 9]));
    expect(x.grad!.toArray()).toEqual([3, 4]);
  });
});

describe("accumulation", () => {
  it("shares no memory with seeds, with what hooks return, or between leaves, also through a reshape", () => {
    const x = leaf([1, 2]);
    const y = leaf([[1, 2]]);
    const z = leaf([1, 2]);
    const replacement = tensor([7, 8]);
    z.registerHook(() => replacement);
    const seed = tensor([[3, 4]]);
    backward([x.reshape([1, 2]).add(y), z.mul(2)], [seed, tensor([1, 1])]);
    seed.assign(tensor([[0, 0]]));
    replacement.assign(tensor([0, 0]));
    x.grad!.assign(tensor([5, 5]));
    expect([x, y, z].map((each) => each.grad!.toArray())).toEqual([[5, 5], [[3, 4]], [7, 8]]);
  });

  it("records nothing, not even where the seed requires a gradient", () => {
    const x = leaf([1]);
    const seed = leaf([2]);
    x.mul(1).backward(seed);
    x.reshape([1]).backward(seed);
    expect(x.grad!.requiresGrad).toBe(false);
    x.mul(seed).backward(undefined, { createGraph: true });
    expect(x.grad!.requiresGrad).toBe(true);
  });

  it("refuses a grad of another shape that was assigned", () => {
    const x = leaf([1, 2]);
    x.grad = tensor([1]);
    expect(codeOf(() => x.sum().backward())).toBe("shape");
  });

  it("adds up over passes, and two leaves never share one gradient tensor", () => {
    const x = leaf([1]);
    const y = leaf([1]);
    x.add(y).backward();
    expect(x.grad).not.toBe(y.grad);
    x.mul(5).backward();
    expect([x.grad!.item(), y.grad!.item()]).toEqual([6, 1]);
  });

  it("can be restricted to inputs, and an empty list is an error", () => {
    const x = leaf([1]);
    const y = leaf([1]);
    x.mul(y).backward(undefined, { inputs: [y] });
    expect([x.grad, y.grad!.item()]).toEqual([null, 1]);
    expect(codeOf(() => x.mul(y).backward(undefined, { inputs: [] }))).toBe("inputs");
  });

  it("fills grad of inner tensors that asked for it", () => {
    const x = leaf([3]);
    const inner = x.square().retainGrad();
    inner.mul(2).backward();
    expect([inner.grad!.item(), x.grad!.item()]).toEqual([2, 12]);
  });
});

describe("tensors of their own", () => {
  it("come from operations that have nothing to do, so hooks and grad do not reach the input", () => {
    const x = leaf([1, 2]);
    const results = [
      x.reshape([2]),
      x.broadcastTo([2]),
      x.permute([0]),
      x.sumTo([2]),
      x.pad([0], [0]),
      x.clamp(-Infinity, Infinity),
    ];
    for (const same of results) {
      expect(same).not.toBe(x);
      same.retainGrad();
    }
    backward(
      results,
      results.map(() => tensor([1, 1])),
    );
    expect(results.map((same) => same.grad!.toArray())).toEqual(results.map(() => [1, 1]));
    expect(x.grad!.toArray()).toEqual([6, 6]);
  });
});

describe("grad", () => {
  it("leaves grad fields alone and reaches inner tensors", () => {
    const x = leaf([3]);
    const inner = x.square();
    const [atX, atInner] = grad(inner.square(), [x, inner]);
    expect([atX!.item(), atInner!.item(), x.grad]).toEqual([108, 18, null]);
  });

  it("refuses an unused input unless told how to answer", () => {
    const x = leaf([3]);
    const other = leaf([[1, 2]]);
    expect(codeOf(() => grad(x.square(), [x, other]))).toBe("unused");
    expect(grad(x.square(), other, { allowUnused: true })).toEqual([null]);
    expect(grad(x.square(), other, { materialize: true })[0]!.toArray()).toEqual([[0, 0]]);
  });

  it("differentiates gradients", () => {
    const x = leaf([2]);
    const [first] = grad(x.pow(4), x, { createGraph: true });
    const [second] = grad(first!, x, { createGraph: true });
    const [third] = grad(second!, x);
    expect([first!.item(), second!.item(), third!.item()]).toEqual([32, 48, 48]);
  });
});

describe("the graph", () => {
  it("that is freed in parts still serves the others", () => {
    const x = leaf([2]);
    const w = leaf([3]);
    const hidden = x.square();
    hidden.backward();
    const y = hidden.mul(w);
    expect(grad(y, w, { retainGraph: true })[0]!.item()).toBe(4);
    expect(codeOf(() => grad(y, x))).toBe("graph-freed");
    expect(codeOf(() => y.backward())).toBe("graph-freed");
    expect([x.grad!.item(), w.grad]).toEqual([4, null]);
  });

  it("is refused a second pass also where nothing was saved, unlike PyTorch's", () => {
    const y = leaf([2]).add(1);
    y.backward();
    expect(codeOf(() => y.backward())).toBe("graph-freed");
  });

  it("notices a changed result where the derivative needs it", () => {
    const y = leaf([2]).exp();
    noGrad(() => y.assign(tensor([1])));
    expect(codeOf(() => y.backward())).toBe("changed-in-place");
  });

  it("is let go of after one pass unless retained", () => {
    const x = leaf([2]);
    const y = x.square();
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(x.grad!.item()).toBe(8);
    expect(codeOf(() => y.backward())).toBe("graph-freed");
  });

  it("notices a saved value that was changed in place, and only a saved one", () => {
    const x = leaf([2]);
    const factor = tensor([3]);
    const product = x.mul(factor);
    const sum = x.add(factor);
    factor.assign(new Float32Array([4]));
    expect(codeOf(() => product.backward())).toBe("changed-in-place");
    sum.backward();
    expect(x.grad!.item()).toBe(1);
    expect(codeOf(() => x.assign(new Float32Array([1])))).toBe("in-place");
  });

  it("costs linear time where values are shared: 5,000 doublings", () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 5000; i++) y = i % 60 < 30 ? y.add(y) : y.mul(0.5);
    let visits = 0;
    x.registerHook(() => {
      visits++;
    });
    y.backward();
    expect(visits).toBe(1);
    expect(x.grad!.item()).toBe(y.item()); // linear: dy/dx = y/x
  });

  it("may be 100,000 operations deep", () => {
    const x = leaf([1]);
    let y: Tensor = x;
    for (let i = 0; i < 100_000; i++) y = y.add(1);
    y.backward();
    expect(x.grad!.item()).toBe(1);
  });

  it("is not recorded in noGrad", () => {
    const x = leaf([2]);
    expect(noGrad(() => x.square()).requiresGrad).toBe(false);
    expect(noGrad(() => enableGrad(() => x.square())).requiresGrad).toBe(true);
    expect(codeOf(() => noGrad(() => x.square()).backward())).toBe("no-gradient");
    expect(x.square().detach().requiresGrad).toBe(false);
  });
});

describe("hooks", () => {
  it("registered twice run twice and are removed one by one", () => {
    const x = leaf([1]);
    const double = (gradient: Tensor): Tensor => gradient.mul(2);
    const remove = x.registerHook(double);
    x.registerHook(double);
    x.mul(1).backward();
    expect(x.grad!.item()).toBe(4);
    remove();
    x.grad = null;
    x.mul(1).backward();
    expect(x.grad!.item()).toBe(2);
  });

  it("may keep what they see and what they compute", () => {
    const x = leaf([3, 4]);
    const seen: Tensor[] = [];
    const inner = x.mul(1);
    inner.registerHook((gradient) => {
      seen.push(gradient, gradient.square().sum());
    });
    tidy(() => inner.backward(tensor([3, 4])));
    expect(seen.map((each) => each.toArray())).toEqual([[3, 4], 25]);
  });

  it("need a tensor with a gradient, as retainGrad does", () => {
    expect(codeOf(() => tensor([1]).registerHook(() => {}))).toBe("no-gradient");
    expect(codeOf(() => tensor([1]).retainGrad())).toBe("no-gradient");
  });

  it("see the complete gradient once and may replace it", () => {
    const x = leaf([2]);
    const inner = x.mul(3);
    const seen: number[] = [];
    const remove = inner.registerHook((gradient) => {
      seen.push(gradient.item());
      return gradient.mul(10);
    });
    add(inner, inner.mul(4)).backward(undefined, { retainGraph: true });
    expect(seen).toEqual([5]);
    expect(x.grad!.item()).toBe(150);
    remove();
    x.grad = null;
    inner.backward();
    expect(x.grad!.item()).toBe(3);
  });

  it("must not change a gradient in place or return another shape", () => {
    const x = leaf([2]);
    x.registerHook((gradient) => {
      gradient.assign(new Float32Array([0]));
    });
    expect(codeOf(() => x.mul(2).backward())).toBe("hook");
    const y = leaf([2]);
    y.registerHook(() => tensor([1, 2]));
    expect(codeOf(() => y.mul(2).backward())).toBe("hook");
  });
});

describe("detectAnomaly", () => {
  it("names the operation that made the NaN and the place that called it", () => {
    const x = leaf([0]);
    const run = (): void => detectAnomaly(() => x.sqrt().mul(0).backward());
    expect(codeOf(run)).toBe("anomaly");
    expect(run).toThrow(/sqrt.*\n.*called here/s);
    expect(run).toThrow(/backward\.test/);
  });
});
