import type { KernelOf } from "../../kernel.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader, uniforms } from "../shader.ts";
import { elementaryFunctions } from "../wgsl/elementary.ts";
import { nothing } from "./dense.ts";
import { lineGroups, lineLanes, lineText, longLine, treeText } from "./line.ts";

/** The softmax family along the middle axis, shifted by the maximum. A line of −∞ only: NaN, but `logsumexp` −∞. */
export function lowerSoftmax(kernel: KernelOf<"softmax">): Lowering {
  const { op, outer, axis, inner } = kernel;
  const lines = outer * inner;
  if (lines === 0) return nothing;
  const workgroup = axis > longLine;
  const element = elementOf(kernel.dtype);
  const each = (statement: string): string =>
    `for (var a = ${workgroup ? "lane" : "0u"}; a < u.axis; a += ${workgroup ? `${lineLanes}u` : "1u"}) { ${statement} }`;
  const meet = (name: string, combine: (a: string, b: string) => string): string =>
    workgroup
      ? `partial[lane] = ${name};\n${treeText(combine)}\n${name} = partial[0];\nworkgroupBarrier();`
      : "";
  const shader: Shader = {
    name: `${op}${workgroup ? " workgroup" : ""}`,
    reads: [{ name: "x", element }],
    writes: [{ name: "y", element }],
    uniforms: uniforms("u32", "lines", "axis", "inner"),
    lanes: lineLanes,
    declarations: () =>
      elementaryFunctions +
      shiftedText +
      (workgroup ? `\nvar<workgroup> partial: array<f32, ${lineLanes}>;` : ""),
    body: () => `${lineText(workgroup)}
let start = (line / u.inner) * u.axis * u.inner + line % u.inner;
var largest = -infinity();
${each("largest = maximum(largest, x[start + a * u.inner]);")}
${meet("largest", (a, b) => `maximum(${a}, ${b})`)}
var sum = 0.0;
${each("sum += exponential(shifted(x[start + a * u.inner], largest));")}
${meet("sum", (a, b) => `${a} + ${b}`)}
${resultText(op, workgroup, each)}`,
  };
  const groups = groupsFor(lineGroups(lines, workgroup));
  return {
    passes: [{ shader, operands: [input(0), output(0)], uniforms: [lines, axis, inner], groups }],
    scratch: [],
  };
}

/** x − largest, where ∞ − ∞ is NaN also on a device that does not promise it. */
const shiftedText = `
fn shifted(x: f32, largest: f32) -> f32 {
  if (isInfinite(largest) && isInfinite(x) && bitcast<u32>(x) == bitcast<u32>(largest)) { return nan(); }
  return x - largest;
}`;

function resultText(
  op: KernelOf<"softmax">["op"],
  workgroup: boolean,
  each: (statement: string) => string,
): string {
  const at = "start + a * u.inner";
  switch (op) {
    case "softmax":
      return each(`y[${at}] = exponential(shifted(x[${at}], largest)) / sum;`);
    case "logSoftmax":
      return `let logSum = logarithm(sum);\n${each(`y[${at}] = shifted(x[${at}], largest) - logSum;`)}`;
    case "logsumexp": {
      const value = "select(largest + logarithm(sum), largest, isInfinite(largest))";
      return workgroup ? `if (lane == 0u) { y[line] = ${value}; }` : `y[line] = ${value};`;
    }
    default:
      return op satisfies never;
  }
}
