/** Numbers operations by their position in a list of `kernel.ts`: the kernels' switches use the same numbers. */
export function opCodes<Op extends string>(ops: readonly Op[]): { readonly [Name in Op]: number } {
  return Object.fromEntries(ops.map((op, code) => [op, code])) as { [Name in Op]: number };
}
