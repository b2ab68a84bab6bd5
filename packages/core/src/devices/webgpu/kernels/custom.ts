import type { CustomRun } from "../../custom-kernel.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { denseLanes, nothing } from "./dense.ts";

/** A kernel of the user's own: one invocation for each index. It may call the functions of `wgsl/elementary.ts`. */
export function lowerCustom({ kernel, count, numbers }: CustomRun): Lowering {
  if (count === 0) return nothing;
  const buffers = (list: typeof kernel.inputs): Shader["reads"] =>
    Object.entries(list).map(([name, dtype]) => ({ name, element: elementOf(dtype) }));
  const fields = Object.entries(kernel.numbers);
  const shader: Shader = {
    name: `custom ${kernel.name}`,
    reads: buffers(kernel.inputs),
    writes: buffers(kernel.outputs),
    uniforms: [
      { name: "count", type: "u32" },
      ...fields.map(([name, dtype]) => ({ name, type: elementOf(dtype) })),
    ],
    lanes: denseLanes,
    declarations: () => elementaryFunctions + (kernel.wgsl.declarations ?? ""),
    body: () => `let i = group * ${denseLanes}u + lane; if (i >= u.count) { return; }\n${kernel.wgsl.body}`,
  };
  const operands = [
    ...shader.reads.map((_, index) => input(index)),
    ...shader.writes.map((_, index) => output(index)),
  ];
  const uniforms = [count, ...fields.map(([name]) => numbers[name])];
  const groups = groupsFor(Math.ceil(count / denseLanes));
  return { passes: [{ shader, operands, uniforms, groups }], scratch: [] };
}
