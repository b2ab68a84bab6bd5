import type { KernelOf, UnaryOp } from "../../kernel.ts";
import { elementOf, input, type Lowering, output } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { denseLowering, denseShader, eachOf, type KernelLimits, vectorOf } from "./dense.ts";

/** y = f(x) over a run. */
export function lowerUnary(kernel: KernelOf<"unary">, limits: KernelLimits): Lowering {
  const { op, length } = kernel;
  const element = elementOf(kernel.dtype);
  const vector = vectorOf(element);
  const shader = denseShader({
    name: `unary ${op} ${element}`,
    reads: [{ name: "x", element: vector }],
    writes: [{ name: "y", element: vector }],
    declarations: () => elementaryFunctions,
    body: () => `let v = x[i];\ny[i] = ${eachOf(vector, (c) => unaryText(op, element, `v.${c}`))};`,
  });
  return denseLowering(shader, [input(0), output(0)], length, [], limits);
}

/** f(x) as a WGSL expression, where `x` is a name. */
export function unaryText(op: UnaryOp, element: "f32" | "i32", x: string): string {
  return element === "i32" ? integerText(op, x) : floatText(op, x);
}

function floatText(op: UnaryOp, x: string): string {
  switch (op) {
    case "neg":
      return `negated(${x})`;
    case "exp":
      return `exponential(${x})`;
    case "expm1":
      return `exponentialMinusOne(${x})`;
    case "log":
      return `logarithm(${x})`;
    case "log1p":
      return `logarithmOfOnePlus(${x})`;
    case "sqrt":
      return `squareRoot(${x})`;
    case "abs":
      return `magnitudeOf(${x})`;
    case "sign":
      return `signOf(${x})`;
    case "square":
      return `${x} * ${x}`;
    case "reciprocal":
      return `1.0 / ${x}`;
    case "sin":
      return `turn(${x}, 0)`;
    case "cos":
      return `turn(${x}, 1)`;
    case "tanh":
      return `hyperbolicTangent(${x})`;
    case "sigmoid":
      return `logistic(${x})`;
    case "relu":
      return `rectified(${x})`;
    case "softplus":
      return `softPlus(${x})`;
    case "erf":
      return `errorFunction(${x})`;
    case "floor":
      return `floor(${x})`;
    case "isFinite":
      return `select(0.0, 1.0, isNumber(${x}))`;
    default:
      return op satisfies never;
  }
}

/** As {@link floatText}, wrapping; the float-only operations were refused before. */
function integerText(op: UnaryOp, x: string): string {
  switch (op) {
    case "neg":
      return `-${x}`;
    case "abs":
      return `abs(${x})`;
    case "relu":
      return `max(${x}, 0)`;
    case "isFinite":
      return "1";
    case "floor":
      return x;
    case "sign":
      return `sign(${x})`;
    default:
      return floatText(op, x);
  }
}
