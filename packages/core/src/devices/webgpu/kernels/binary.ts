import type { BinaryOp, CompareOp, KernelOf } from "../../kernel.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader, type Uniform } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { integerFunctions } from "../wgsl/integer.ts";
import { axesNumbers, axesUniforms, isDense, mergedAxes, offsetsText } from "./axes.ts";
import {
  denseLanes,
  denseLowering,
  denseShader,
  eachOf,
  type KernelLimits,
  nothing,
  vectorOf,
} from "./dense.ts";

/** z = f(x, y), or a comparison, through strides; one operand may be a number. */
export function lowerBinary(
  kernel: KernelOf<"binary"> | KernelOf<"compare">,
  limits: KernelLimits,
): Lowering {
  const { shape, strides, scalar } = kernel;
  const axes = mergedAxes(shape, strides);
  if (axes.length === 0) return nothing;
  const element = elementOf(kernel.dtype);
  const result = kernel.kind === "compare" ? "i32" : element;
  const f = (x: string, y: string): string =>
    kernel.kind === "compare"
      ? compareText(kernel.op, x, y, element === "f32")
      : binaryText(kernel.op, element, x, y);
  const buffers = scalar === undefined ? ["x", "y"] : [scalar.side === "left" ? "y" : "x"];
  const operands = [...buffers.map((_, i) => input(i)), output(0)];
  const numbers = scalar === undefined ? [] : [element === "i32" ? Math.trunc(scalar.value) : scalar.value];
  const fields: Uniform[] = scalar === undefined ? [] : [{ name: "scalar", type: element }];
  const name = `${kernel.kind} ${kernel.op} ${element} ${buffers.join("")}`;
  const declarations = (): string => elementaryFunctions + integerFunctions;

  if (buffers.every((_, i) => isDense(axes, i))) {
    const vector = vectorOf(element);
    const at = (buffer: string, c: string): string =>
      buffers.includes(buffer) ? `${buffer}[i].${c}` : "u.scalar";
    const shader = denseShader({
      name,
      reads: buffers.map((buffer) => ({ name: buffer, element: vector })),
      writes: [{ name: "z", element: vectorOf(result) }],
      uniforms: fields,
      declarations,
      body: () => `z[i] = ${eachOf(vectorOf(result), (c) => f(at("x", c), at("y", c)))};`,
    });
    return denseLowering(shader, operands, axes.length, numbers, limits);
  }
  const rank = axes.sizes.length;
  const at = (buffer: string): string =>
    buffers.includes(buffer) ? `${buffer}[offset${buffers.indexOf(buffer)}]` : "u.scalar";
  const shader: Shader = {
    name: `${name} rank ${rank}`,
    reads: buffers.map((buffer) => ({ name: buffer, element })),
    writes: [{ name: "z", element: result }],
    uniforms: [...axesUniforms(rank, buffers.length), ...fields],
    lanes: denseLanes,
    declarations,
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
${offsetsText(rank, buffers.length)}
z[i] = ${f(at("x"), at("y"))};`,
  };
  const groups = groupsFor(Math.ceil(axes.length / denseLanes));
  return {
    passes: [{ shader, operands, uniforms: [...axesNumbers(axes), ...numbers], groups }],
    scratch: [],
  };
}

/** f(x, y) as a WGSL expression, where `x` and `y` are names. */
export function binaryText(op: BinaryOp, element: "f32" | "i32", x: string, y: string): string {
  return element === "i32" ? integerText(op, x, y) : floatText(op, x, y);
}

function floatText(op: BinaryOp, x: string, y: string): string {
  switch (op) {
    case "add":
      return `${x} + ${y}`;
    case "sub":
      return `${x} - ${y}`;
    case "mul":
      return `${x} * ${y}`;
    case "div":
      return `${x} / ${y}`;
    case "pow":
      return `raised(${x}, ${y})`;
    case "maximum":
      return `maximum(${x}, ${y})`;
    case "minimum":
      return `minimum(${x}, ${y})`;
    case "tanhGradient":
      return `${x} * ((1.0 - ${y}) * (1.0 + ${y}))`;
    case "sigmoidGradient":
      return `${x} * ${y} * (1.0 - ${y})`;
    case "reluGradient":
      return `select(0.0, ${x}, !isNaN(${y}) && order(${y}) > 0)`;
    default:
      return op satisfies never;
  }
}

/** As {@link floatText}, wrapping; the float-only operations were refused before. */
function integerText(op: BinaryOp, x: string, y: string): string {
  switch (op) {
    case "div":
      return `quotient(${x}, ${y})`;
    case "pow":
      return `integerPower(${x}, ${y})`;
    case "maximum":
      return `max(${x}, ${y})`;
    case "minimum":
      return `min(${x}, ${y})`;
    case "reluGradient":
      return `select(0, ${x}, ${y} > 0)`;
    default:
      return floatText(op, x, y);
  }
}

/** 1 where the comparison holds, else 0, as a WGSL expression. */
export function compareText(op: CompareOp, x: string, y: string, float: boolean): string {
  const compared = (sign: string): string =>
    float ? `order(${x}) ${sign} order(${y}) && !isNaN(${x}) && !isNaN(${y})` : `${x} ${sign} ${y}`;
  switch (op) {
    case "equal":
      return `select(0, 1, ${compared("==")})`;
    case "notEqual":
      return `select(1, 0, ${compared("==")})`;
    case "less":
      return `select(0, 1, ${compared("<")})`;
    case "lessEqual":
      return `select(0, 1, ${compared("<=")})`;
    case "greater":
      return `select(0, 1, ${compared(">")})`;
    case "greaterEqual":
      return `select(0, 1, ${compared(">=")})`;
    default:
      return op satisfies never;
  }
}
