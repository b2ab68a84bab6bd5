import { describe, expect, it } from "vitest";
import { defineFunction, GradbridgeError, grad, setDevice, type Tensor, tensor } from "../index.ts";

await setDevice("reference");

const leaf = (data: number[]): Tensor => tensor(data, { requiresGrad: true });

function codeOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    if (error instanceof GradbridgeError) return error.code;
    throw error;
  }
  return "no error";
}

describe("defineFunction", () => {
  const clipped = defineFunction({
    name: "clipped",
    forward: (x: Tensor, _limit: Tensor) => x,
    backward: (cotangent, { inputs: [, limit] }) => [cotangent.clamp(-1, 1).mul(limit), null],
  });

  it("uses its own derivative, called once, and a null is no gradient", () => {
    let calls = 0;
    const product = defineFunction({
      name: "product",
      forward: (x: Tensor, y: Tensor) => x.mul(y),
      backward: (cotangent, { inputs: [x, y], output }) => {
        calls++;
        expect(output.toArray()).toEqual(x.mul(y).toArray());
        return [cotangent.mul(y), cotangent.mul(x)];
      },
    });
    const [x, y] = [leaf([2]), leaf([5])];
    const z = product(x, y);
    expect(z.toArray()).toEqual([10]);
    z.backward();
    expect([x.grad!.item(), y.grad!.item(), calls]).toEqual([5, 2, 1]);

    const limit = leaf([1]);
    clipped(x, limit).backward(tensor([9]));
    expect([x.grad!.item(), limit.grad]).toEqual([6, null]);
    expect(grad(clipped(x, limit), [limit], { allowUnused: true })).toEqual([null]);
  });

  it("can be differentiated twice where its derivative is written in operations", () => {
    const cube = defineFunction({
      name: "cube",
      forward: (x: Tensor) => x.pow(3),
      backward: (cotangent, { inputs: [x] }) => [cotangent.mul(x.square()).mul(3)],
    });
    const x = leaf([2]);
    const [first] = grad(cube(x), x, { createGraph: true });
    expect(grad(first!, x)[0]!.item()).toBe(12);
  });

  it("names itself where its gradients do not fit", () => {
    const wrong = (gradients: unknown): (() => void) => {
      const fn = defineFunction({
        name: "wrong",
        forward: (x: Tensor) => x.mul(2),
        backward: () => gradients as Tensor[],
      });
      return () => fn(leaf([1])).backward();
    };
    for (const gradients of [[], [tensor([1, 2])], [tensor([1], { dtype: "float64" })], [1], undefined]) {
      expect(codeOf(wrong(gradients))).toBe("custom-gradient");
      expect(wrong(gradients)).toThrow(/wrong/);
    }
    const noTensor = defineFunction({
      name: "noTensor",
      forward: () => 1 as unknown as Tensor,
      backward: () => [],
    });
    expect(codeOf(() => noTensor())).toBe("custom-gradient");
  });

  it("leaves a captured tensor that it returns as it was", () => {
    const captured = leaf([1]);
    const constant = defineFunction({
      name: "constant",
      forward: (_x: Tensor) => captured,
      backward: () => [null],
    });
    constant(leaf([2])).backward();
    expect(captured.isLeaf).toBe(true);
  });
});
