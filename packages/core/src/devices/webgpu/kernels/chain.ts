import { type ChainKernel, type ChainOperand, type ChainStep, resultOf } from "../../chain.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader, type Uniform } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { integerFunctions } from "../wgsl/integer.ts";
import { axesNumbers, axesUniforms, isDense, mergedAxes, offsetsText } from "./axes.ts";
import { binaryText, compareText } from "./binary.ts";
import {
  denseLanes,
  denseLowering,
  denseShader,
  eachOf,
  type KernelLimits,
  nothing,
  vectorOf,
} from "./dense.ts";
import { castText } from "./fill-cast.ts";
import { unaryText } from "./unary.ts";

/**
 * Elementwise steps as one function of an element. Chains of one structure have one shader; their numbers are uniforms.
 *
 * What a step computes goes through `kept` before the next one sees it. Its `u.zero` is 0, which no compiler knows: none
 * can therefore contract a product and a sum of two steps, and the bits are those that the kernels give one by one.
 */
export function lowerChain(kernel: ChainKernel, limits: KernelLimits): Lowering {
  const { shape, steps } = kernel;
  const axes = mergedAxes(
    shape,
    kernel.inputs.map(({ strides }) => strides),
  );
  if (axes.length === 0) return nothing;
  const result = elementOf(kernel.dtype);
  const elements = kernel.inputs.map(({ dtype }) => elementOf(dtype));
  const fields: Uniform[] = [{ name: "zero", type: "u32" }];
  const numbers = [0];
  const operandText = (operand: ChainOperand, element: "f32" | "i32"): string => {
    if (operand.from === "input") return `a${operand.index}`;
    if (operand.from === "step") return `s${operand.index}`;
    const name = `number${fields.length}`;
    fields.push({ name, type: element });
    numbers.push(element === "i32" ? Math.trunc(operand.value) : operand.value);
    return `u.${name}`;
  };
  const names: string[] = [];
  const lines = steps.map((step, k) => {
    const given = step.operands.map((operand) => operandText(operand, elementOf(step.dtype)));
    const text = stepText(step, given);
    names.push(`${"op" in step ? step.op : step.kind} ${step.dtype} ${resultOf(step)} (${given.join(", ")})`);
    const last = k === steps.length - 1;
    return `let s${k} = ${!last && resultOf(step) !== "int32" ? `kept(${text})` : text};`;
  });
  const parameters = elements.map((element, i) => `a${i}: ${element}`).join(", ");
  const name = `chain of ${elements.join(" ")}: ${names.join("; ")}`;
  const link = `fn link(${parameters}) -> ${result} { ${lines.join(" ")} return s${steps.length - 1}; }`;
  const declarations = (): string => `${elementaryFunctions}${integerFunctions}
fn kept(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ u.zero); }
${link}`;
  const operands = [...elements.map((_, i) => input(i)), output(0)];
  const called = (f: (i: number) => string): string => `link(${elements.map((_, i) => f(i)).join(", ")})`;

  if (elements.every((_, i) => isDense(axes, i))) {
    const shader = denseShader({
      name,
      reads: elements.map((element, i) => ({ name: `x${i}`, element: vectorOf(element) })),
      writes: [{ name: "z", element: vectorOf(result) }],
      uniforms: fields,
      declarations,
      body: () => `${elements.map((_, i) => `let v${i} = x${i}[i];`).join(" ")}
z[i] = ${eachOf(vectorOf(result), (c) => called((i) => `v${i}.${c}`))};`,
    });
    return denseLowering(shader, operands, axes.length, numbers, limits);
  }
  const rank = axes.sizes.length;
  const shader: Shader = {
    name: `${name}, rank ${rank}`,
    reads: elements.map((element, i) => ({ name: `x${i}`, element })),
    writes: [{ name: "z", element: result }],
    uniforms: [...axesUniforms(rank, elements.length), ...fields],
    lanes: denseLanes,
    declarations,
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
${offsetsText(rank, elements.length)}
z[i] = ${called((i) => `x${i}[offset${i}]`)};`,
  };
  const groups = groupsFor(Math.ceil(axes.length / denseLanes));
  return {
    passes: [{ shader, operands, uniforms: [...axesNumbers(axes), ...numbers], groups }],
    scratch: [],
  };
}

function stepText(step: ChainStep, [x, y, z]: readonly string[]): string {
  const element = elementOf(step.dtype);
  switch (step.kind) {
    case "unary":
      return unaryText(step.op, element, x);
    case "binary":
      return binaryText(step.op, element, x, y);
    case "compare":
      return compareText(step.op, x, y, element === "f32");
    case "where":
      return `select(${z}, ${y}, ${x} != 0)`;
    case "cast":
      return castText(element, elementOf(step.to), x);
    default:
      return step satisfies never;
  }
}
