import { describe, expect, it } from "vitest";
import { expectRecorded, type Packed, readRecording, settings, unpack } from "../fixtures/recorded.ts";
import { GradbridgeError, hessian, jacobian, jvp, type Tensor, tensor, vjp } from "../index.ts";

interface Recording {
  readonly products: readonly {
    readonly function: keyof typeof functions;
    readonly inputs: readonly Packed[];
    readonly tangents: readonly Packed[];
    readonly cotangent: Packed;
    readonly output: Packed;
    readonly pulled: readonly Packed[];
    readonly pushed: Packed;
  }[];
  readonly jacobians: readonly {
    readonly function: keyof typeof ofOneInput;
    readonly input: Packed;
    readonly jacobian: Packed;
  }[];
  readonly hessians: readonly {
    readonly function: keyof typeof scalars;
    readonly input: Packed;
    readonly hessian: Packed;
  }[];
}

const recording = readRecording<Recording>("functional");

// the same functions as in tools/record/pytorch/functional.py
const functions = {
  softmaxOfProduct: (x: Tensor, y: Tensor) => x.matmul(y).softmax(),
  tanhOfSum: (x: Tensor, y: Tensor) => x.add(y).tanh().prod(-1),
  firstAlone: (x: Tensor, _unused: Tensor) => x.mul(x.exp()),
};
const ofOneInput = {
  cubes: (x: Tensor) => x.pow(3).add(x.slice([0, 0], [2, 1])),
  normalized: (x: Tensor) => x.div(x.square().sum().sqrt()),
};
const scalars = {
  logSumExp: (x: Tensor) => x.logsumexp(0),
  mixed: (x: Tensor) => {
    const [first, second] = x.split(1);
    return first.mul(second.sin()).sum().add(x.pow(3).sum());
  },
  linear: (x: Tensor) => x.sum(),
};

const leaf = (values: number[]): Tensor =>
  tensor(values, { dtype: "float64", device: "reference", requiresGrad: true });
const constant = (values: number[]): Tensor => tensor(values, { dtype: "float64", device: "reference" });

describe.each(settings)("$name", (setting) => {
  it.each(recording.products)("vjp and jvp of $function", (recorded) => {
    const fn = functions[recorded.function] as (...inputs: Tensor[]) => Tensor;
    const inputs = recorded.inputs.map((input) => unpack(input, setting));
    const [output, pullback] = vjp(fn, ...inputs);
    expectRecorded(output, recorded.output, setting, "output");
    for (let call = 0; call < 2; call++) {
      pullback(unpack(recorded.cotangent, setting)).forEach((gradient, i) => {
        expectRecorded(gradient, recorded.pulled[i], setting, `pulled back to input ${i}`);
      });
    }
    const tangents = recorded.tangents.map((tangent) => unpack(tangent, setting));
    const [value, pushed] = jvp(fn, inputs, tangents);
    expectRecorded(value, recorded.output, setting, "value");
    expectRecorded(pushed, recorded.pushed, setting, "pushed forward");
  });

  it.each(recording.jacobians)("jacobian of $function", (recorded) => {
    const result = jacobian(ofOneInput[recorded.function], unpack(recorded.input, setting));
    expectRecorded(result, recorded.jacobian, setting, "jacobian");
  });

  it.each(recording.hessians)("hessian of $function", (recorded) => {
    const result = hessian(scalars[recorded.function], unpack(recorded.input, setting));
    expectRecorded(result, recorded.hessian, setting, "hessian");
  });
});

describe("vjp and jvp", () => {
  it("tell the same tensor given twice apart", () => {
    const x = leaf([2, 3]);
    const [, pullback] = vjp((a, b) => a.mul(b.square()), x, x);
    // y = a b²: ∂/∂a = b², ∂/∂b = 2ab
    expect(pullback(constant([1, 1])).map((gradient) => gradient.toArray())).toEqual([
      [4, 9],
      [8, 18],
    ]);
    const [, pushed] = jvp((a, b) => a.mul(b.square()), [x, x], [constant([1, 0]), constant([0, 1])]);
    expect(pushed.toArray()).toEqual([4, 18]);
  });

  it("differentiate with respect to the argument alone, not to the same tensor captured", () => {
    const x = leaf([2]);
    const [, pullback] = vjp((a) => a.mul(x), x);
    expect(pullback(constant([1]))[0].toArray()).toEqual([2]);
  });

  it("can be differentiated again", () => {
    const x = leaf([2]);
    const [output] = jvp((a) => a.pow(3), [x], [constant([1])]);
    output.backward();
    expect(x.grad!.toArray()).toEqual([12]);
  });

  it("refuse cotangents and tangents that do not fit", () => {
    const double = (x: Tensor): Tensor => x.mul(2);
    const code = (fn: () => unknown): string => {
      try {
        fn();
      } catch (error) {
        if (error instanceof GradbridgeError) return error.code;
      }
      return "no GradbridgeError";
    };
    const x = constant([1, 2]);
    expect(code(() => vjp(double, x)[1](constant([1])))).toBe("shape");
    expect(code(() => vjp(double, x)[1]())).toBe("seed");
    expect(code(() => jvp(double, [x], []))).toBe("tangents");
    expect(code(() => jvp(double, [x], [constant([1])]))).toBe("shape");
    expect(code(() => jvp(double, [x], [tensor([1, 2], { device: "reference" })]))).toBe("dtype");
    expect(code(() => hessian(double, x))).toBe("shape");
  });
});
