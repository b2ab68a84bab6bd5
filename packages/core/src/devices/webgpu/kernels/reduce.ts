/**
 * y[o, i] = f over a of x[o, a, i], in stages: each takes chunks of the axis to one element each, until one chunk is left.
 * Where an axis is cut depends on its length alone, so a line gives the same bits however many lines there are.
 */
import type { KernelOf, ReduceOp } from "../../kernel.ts";
import {
  elementOf,
  groupsFor,
  input,
  type Lowering,
  type Operand,
  output,
  type Pass,
  type Shader,
  scratch,
  uniforms,
} from "../shader.ts";
import { numberFunctions } from "../wgsl/elementary.ts";
import { nothing } from "./dense.ts";
import { lineGroups, lineLanes, lineText, longLine, treeText } from "./line.ts";

/** The most elements of a contiguous line that one workgroup takes. */
const rowChunk = 16384;
/** The most elements of a strided line that one invocation takes, before it is cut into chunks of half as many. */
const columnLimit = 128;

export function lowerReduce(kernel: KernelOf<"reduce">): Lowering {
  const { outer, inner, op } = kernel;
  if (outer * inner === 0) return nothing;
  const isArg = op === "argmax" || op === "argmin";
  const passes: Pass[] = [];
  const memory: number[] = [];
  let source: Operand = input(0);
  let axis = kernel.axis;
  for (;;) {
    const size = chunkOf(axis, inner);
    const chunks = Math.max(1, Math.ceil(axis / size));
    const lines = outer * chunks * inner;
    const workgroup = inner === 1 && size > longLine;
    const target = chunks === 1 ? output(0) : scratch(memory.length);
    if (chunks > 1) memory.push(lines);
    const first = passes.length === 0;
    passes.push({
      shader: isArg
        ? argShader(op, elementOf(kernel.dtype), workgroup, first)
        : foldShader(op, elementOf(kernel.dtype), workgroup),
      operands: isArg && !first ? [input(0), source, target] : [source, target],
      uniforms: [lines, axis, inner, chunks, size, kernel.axis],
      groups: groupsFor(lineGroups(lines, workgroup)),
    });
    if (chunks === 1) return { passes, scratch: memory };
    source = target;
    axis = chunks;
  }
}

function chunkOf(axis: number, inner: number): number {
  if (inner === 1) return Math.max(1, Math.min(axis, rowChunk));
  return axis > columnLimit ? columnLimit / 2 : Math.max(1, axis);
}

const chunkUniforms = uniforms("u32", "lines", "axis", "inner", "chunks", "size", "whole");

/** Defines the line's outer index `o`, inner index `i` and the part of the axis from `first` to before `end`. */
const chunkText = `let i = line % u.inner; let o = line / (u.inner * u.chunks);
let first = ((line / u.inner) % u.chunks) * u.size; let end = min(u.axis, first + u.size);`;

function loopText(workgroup: boolean, statement: string): string {
  const [begin, step] = workgroup ? ["first + lane", `${lineLanes}u`] : ["first", "1u"];
  return `for (var a = ${begin}; a < end; a += ${step}) { ${statement} }`;
}

function foldShader(
  op: Exclude<ReduceOp, "argmax" | "argmin">,
  element: "f32" | "i32",
  workgroup: boolean,
): Shader {
  const combine = (a: string, b: string): string => combination(op, element, a, b);
  return {
    name: `reduce ${op} ${element}${workgroup ? " workgroup" : ""}`,
    reads: [{ name: "x", element }],
    writes: [{ name: "y", element }],
    uniforms: chunkUniforms,
    lanes: lineLanes,
    declarations: () =>
      numberFunctions + (workgroup ? `var<workgroup> partial: array<${element}, ${lineLanes}>;` : ""),
    body: () => `${lineText(workgroup)}
${chunkText}
var result = ${neutral(op, element)};
${loopText(workgroup, `let v = x[(o * u.axis + a) * u.inner + i]; result = ${combine("result", "v")};`)}
${
  workgroup
    ? `partial[lane] = result;\n${treeText(combine)}\nif (lane == 0u) { y[line] = partial[0]; }`
    : "y[line] = result;"
}`,
  };
}

/** The position of the best element; after the first stage among the positions that the stage before found. */
function argShader(
  op: "argmax" | "argmin",
  element: "f32" | "i32",
  workgroup: boolean,
  first: boolean,
): Shader {
  return {
    name: `reduce ${op} ${element}${workgroup ? " workgroup" : ""}${first ? "" : " among candidates"}`,
    reads: [{ name: "x", element }, ...(first ? [] : [{ name: "candidates", element: "i32" } as const])],
    writes: [{ name: "y", element: "i32" }],
    uniforms: chunkUniforms,
    lanes: lineLanes,
    declarations: () => `${numberFunctions}
struct Best { value: ${element}, at: i32 }
${workgroup ? `var<workgroup> partial: array<Best, ${lineLanes}>;` : ""}
// at < 0: nothing yet. NaN beats numbers; of equals the first wins
fn better(p: Best, q: Best) -> Best {
  if (q.at < 0) { return p; }
  if (p.at < 0) { return q; }
  let earlier = q.at < p.at;
  ${
    element === "f32"
      ? `let pNaN = isNaN(p.value); let qNaN = isNaN(q.value);
  if (pNaN || qNaN) { if (pNaN && qNaN) { if (earlier) { return q; } return p; } if (qNaN) { return q; } return p; }`
      : ""
  }
  if (q.value ${op === "argmax" ? ">" : "<"} p.value || (q.value == p.value && earlier)) { return q; }
  return p;
}`,
    body: () => `${lineText(workgroup)}
${chunkText}
var result = Best(${element}(0), -1);
${loopText(
  workgroup,
  `let at = ${first ? "i32(a)" : "candidates[(o * u.axis + a) * u.inner + i]"};
  result = better(result, Best(x[(o * u.whole + u32(at)) * u.inner + i], at));`,
)}
${
  workgroup
    ? `partial[lane] = result;\n${treeText((p, q) => `better(${p}, ${q})`)}\nif (lane == 0u) { y[line] = max(partial[0].at, 0); }`
    : "y[line] = max(result.at, 0);"
}`,
  };
}

function combination(
  op: Exclude<ReduceOp, "argmax" | "argmin">,
  element: string,
  a: string,
  b: string,
): string {
  switch (op) {
    case "sum":
      return `${a} + ${b}`;
    case "prod":
      return `${a} * ${b}`;
    case "max":
      return `${element === "f32" ? "maximum" : "max"}(${a}, ${b})`;
    case "min":
      return `${element === "f32" ? "minimum" : "min"}(${a}, ${b})`;
    default:
      return op satisfies never;
  }
}

/** Of no elements: `sum` 0, `prod` 1, `max` −∞, `min` +∞ (int32: the type's ends). */
function neutral(op: Exclude<ReduceOp, "argmax" | "argmin">, element: "f32" | "i32"): string {
  switch (op) {
    case "sum":
      return `${element}(0)`;
    case "prod":
      return `${element}(1)`;
    case "max":
      return element === "f32" ? "-infinity()" : "i32(-2147483648)";
    case "min":
      return element === "f32" ? "infinity()" : "2147483647i";
    default:
      return op satisfies never;
  }
}
