import type { BinaryOp, CompareOp, UnaryOp } from "../kernel.ts";
import { binaryOps, compareOps, unaryOps } from "../kernel.ts";

/** Numbers operations by their position in a list of `kernel.ts`: the kernels' switches use the same numbers. */
export function opCodes<Op extends string>(ops: readonly Op[]): { readonly [Name in Op]: number } {
  return Object.fromEntries(ops.map((op, code) => [op, code])) as { [Name in Op]: number };
}

export const unaryCodes: { readonly [Op in UnaryOp]: number } = opCodes(unaryOps);
/** Comparisons are numbered after the binary operations. */
export const binaryCodes: { readonly [Op in BinaryOp | CompareOp]: number } = opCodes([
  ...binaryOps,
  ...compareOps,
]);
