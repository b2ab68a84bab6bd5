import type { KernelOf } from "../../kernel.ts";
import { elementOf, groupsFor, input, type Lowering, output, type Shader, uniforms } from "../shader.ts";
import { nothing } from "./dense.ts";
import { lineGroups, lineLanes, lineText, longLine } from "./line.ts";

/** Running sums along the axis; a long line goes through a workgroup, 256 elements at a time. */
export function lowerCumsum(kernel: KernelOf<"cumsum">): Lowering {
  const { outer, axis, inner, reverse } = kernel;
  const lines = outer * inner;
  if (lines * axis === 0) return nothing;
  const element = elementOf(kernel.dtype);
  const workgroup = axis > longLine;
  const shader: Shader = {
    name: `cumsum ${element}${reverse ? " reverse" : ""}${workgroup ? " workgroup" : ""}`,
    reads: [{ name: "x", element }],
    writes: [{ name: "y", element }],
    uniforms: uniforms("u32", "lines", "axis", "inner"),
    lanes: lineLanes,
    declarations: () => (workgroup ? `var<workgroup> partial: array<${element}, ${lineLanes}>;` : ""),
    body: () => `${lineText(workgroup)}
let start = (line / u.inner) * u.axis * u.inner + line % u.inner;
${workgroup ? scanText(element, reverse) : loopText(element, reverse)}`,
  };
  const groups = groupsFor(lineGroups(lines, workgroup));
  return {
    passes: [{ shader, operands: [input(0), output(0)], uniforms: [lines, axis, inner], groups }],
    scratch: [],
  };
}

function place(step: string, reverse: boolean): string {
  return `start + ${reverse ? `(u.axis - 1u - ${step})` : step} * u.inner`;
}

function loopText(element: string, reverse: boolean): string {
  return `var sum = ${element}(0);
for (var step = 0u; step < u.axis; step++) {
  let at = ${place("step", reverse)};
  sum += x[at];
  y[at] = sum;
}`;
}

/** Hillis and Steele 1986 within 256 elements, and a carry from one such piece to the next. */
function scanText(element: string, reverse: boolean): string {
  return `var carry = ${element}(0);
for (var base = 0u; base < u.axis; base += ${lineLanes}u) {
  let step = base + lane;
  let at = ${place("min(step, u.axis - 1u)", reverse)};
  partial[lane] = select(${element}(0), x[at], step < u.axis);
  workgroupBarrier();
  for (var distance = 1u; distance < ${lineLanes}u; distance <<= 1u) {
    let before = select(${element}(0), partial[max(lane, distance) - distance], lane >= distance);
    workgroupBarrier();
    partial[lane] += before;
    workgroupBarrier();
  }
  if (step < u.axis) { y[at] = carry + partial[lane]; }
  carry += partial[${lineLanes - 1}];
  workgroupBarrier();
}`;
}
