/**
 * Kernels along the middle axis of [outer, axis, inner]. A *line* is one (outer, inner) pair. Short lines have an
 * invocation each, long ones a workgroup, whose invocations meet in `partial`.
 */

/** Lines longer than this are worth a workgroup of their own. */
export const longLine = 64;
/** Invocations of a workgroup on one long line. */
export const lineLanes = 256;

/** Defines `line`, and ends where there is no such line. */
export function lineText(workgroup: boolean): string {
  const line = workgroup ? "group" : `group * ${lineLanes}u + lane`;
  return `let line = ${line}; if (line >= u.lines) { return; }`;
}

/** Workgroups for so many lines. */
export function lineGroups(lines: number, workgroup: boolean): number {
  return workgroup ? lines : Math.ceil(lines / lineLanes);
}

/** WGSL that combines the invocations' `partial[lane]` into `partial[0]`, pairwise; all of them must come here. */
export function treeText(combine: (a: string, b: string) => string): string {
  return `workgroupBarrier();
for (var half = ${lineLanes / 2}u; half > 0u; half >>= 1u) {
  if (lane < half) { partial[lane] = ${combine("partial[lane]", "partial[lane + half]")}; }
  workgroupBarrier();
}`;
}
