/** Copies, gathers and their transposes: one invocation for every element that is written. */
import type { KernelOf } from "../../kernel.ts";
import {
  elementOf,
  groupsFor,
  input,
  type Lowering,
  output,
  type Shader,
  type ShaderBuffer,
  uniforms,
} from "../shader.ts";
import { axesNumbers, axesUniforms, mergedAxes, offsetsText } from "./axes.ts";
import { denseLanes, nothing } from "./dense.ts";

/** The strided copy: y at the output's offsets = x at the input's. */
export function lowerCopy(kernel: KernelOf<"copy">): Lowering {
  const axes = mergedAxes(kernel.shape, [kernel.inputStrides, kernel.outputStrides]);
  if (axes.length === 0) return nothing;
  const element = elementOf(kernel.dtype);
  const rank = axes.sizes.length;
  const shader: Shader = {
    name: `copy ${element} rank ${rank}`,
    reads: [{ name: "x", element }],
    writes: [{ name: "y", element }],
    uniforms: [...axesUniforms(rank, 2), ...uniforms("i32", "inputOffset", "outputOffset")],
    lanes: denseLanes,
    declarations: () => "",
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
${offsetsText(rank, 2)}
y[u.outputOffset + offset1] = x[u.inputOffset + offset0];`,
  };
  const numbers = [...axesNumbers(axes), kernel.inputOffset, kernel.outputOffset];
  const groups = groupsFor(Math.ceil(axes.length / denseLanes));
  return { passes: [{ shader, operands: [input(0), output(0)], uniforms: numbers, groups }], scratch: [] };
}

/** y[o, j, i] = x[o, index, i]. */
export function lowerGather(kernel: KernelOf<"gather">): Lowering {
  const { outer, axis, inner, count, mode } = kernel;
  const at = mode === "elements" ? "at" : "(at / u.inner) % u.count";
  return selection(
    kernel,
    outer * count * inner,
    `let chosen = u32(index[${at}]);
let o = at / (u.count * u.inner);
y[at] = x[(o * u.axis + chosen) * u.inner + at % u.inner];`,
    [outer * count * inner, axis, inner, count],
  );
}

/**
 * y[o, a, i] = Σ of x[o, j, i] over the j whose index is a, in index order. Every element of y looks through all the
 * indices of its line, so no two invocations write one element and the sums are the same every time.
 */
export function lowerScatterAdd(kernel: KernelOf<"scatterAdd">): Lowering {
  const { outer, axis, inner, count, mode } = kernel;
  const element = elementOf(kernel.dtype);
  const at = mode === "elements" ? "selected" : "j";
  return selection(
    kernel,
    outer * axis * inner,
    `let a = i32((at / u.inner) % u.axis);
let start = (at / (u.axis * u.inner)) * u.count * u.inner + at % u.inner;
var sum = ${element}(0);
for (var j = 0u; j < u.count; j++) {
  let selected = start + j * u.inner;
  if (index[${at}] == a) { sum += x[selected]; }
}
y[at] = sum;`,
    [outer * axis * inner, axis, inner, count],
  );
}

function selection(
  kernel: KernelOf<"gather"> | KernelOf<"scatterAdd">,
  length: number,
  text: string,
  numbers: readonly number[],
): Lowering {
  if (length === 0) return nothing;
  const element = elementOf(kernel.dtype);
  const reads: ShaderBuffer[] = [
    { name: "x", element },
    { name: "index", element: "i32" },
  ];
  const shader: Shader = {
    name: `${kernel.kind} ${kernel.mode} ${element}`,
    reads,
    writes: [{ name: "y", element }],
    uniforms: uniforms("u32", "length", "axis", "inner", "count"),
    lanes: denseLanes,
    declarations: () => "",
    body: () => `let at = group * ${denseLanes}u + lane; if (at >= u.length) { return; }\n${text}`,
  };
  const operands = [input(0), input(1), output(0)];
  const groups = groupsFor(Math.ceil(length / denseLanes));
  return { passes: [{ shader, operands, uniforms: numbers, groups }], scratch: [] };
}
