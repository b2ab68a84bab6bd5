import type { KernelOf } from "../../kernel.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader } from "../shader.ts";
import { axesNumbers, axesUniforms, isDense, mergedAxes, offsetsText } from "./axes.ts";
import { denseLanes, denseLowering, denseShader, type KernelLimits, nothing, vectorOf } from "./dense.ts";

/** z = x where the condition is not 0, else y. */
export function lowerWhere(kernel: KernelOf<"where">, limits: KernelLimits): Lowering {
  const axes = mergedAxes(kernel.shape, kernel.strides);
  if (axes.length === 0) return nothing;
  const element = elementOf(kernel.dtype);
  const operands = [input(0), input(1), input(2), output(0)];
  if ([0, 1, 2].every((operand) => isDense(axes, operand))) {
    const vector = vectorOf(element);
    const shader = denseShader({
      name: `where ${element}`,
      reads: [
        { name: "condition", element: "vec4i" },
        { name: "x", element: vector },
        { name: "y", element: vector },
      ],
      writes: [{ name: "z", element: vector }],
      declarations: () => "",
      body: () => "z[i] = select(y[i], x[i], condition[i] != vec4i(0));",
    });
    return denseLowering(shader, operands, axes.length, [], limits);
  }
  const rank = axes.sizes.length;
  const shader: Shader = {
    name: `where ${element} rank ${rank}`,
    reads: [
      { name: "condition", element: "i32" },
      { name: "x", element },
      { name: "y", element },
    ],
    writes: [{ name: "z", element }],
    uniforms: axesUniforms(rank, 3),
    lanes: denseLanes,
    declarations: () => "",
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.length) { return; }
${offsetsText(rank, 3)}
z[i] = select(y[offset2], x[offset1], condition[offset0] != 0);`,
  };
  const groups = groupsFor(Math.ceil(axes.length / denseLanes));
  return { passes: [{ shader, operands, uniforms: axesNumbers(axes), groups }], scratch: [] };
}
