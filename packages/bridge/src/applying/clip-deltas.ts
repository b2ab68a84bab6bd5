import {
  GradbridgeError,
  maximum,
  minimum,
  mul,
  noGrad,
  sqrt,
  square,
  sum,
  type Tensor,
} from "@gradbridge/core";
import type { DeltaPair } from "./deltas.ts";

/** How long δ may be. Lengths are Euclidean norms over all outputs together, after `scale` and before the reduction. */
export interface ClipOptions {
  /** Each row of δ is shortened to this norm where it is longer: one outlier cannot rule a batch. Done first. */
  readonly maxRowNorm?: number;
  /** The δ of the whole batch is shortened to this norm where it is longer: all rows by the same factor. */
  readonly maxNorm?: number;
}

/** δ after clipping, and what that took. */
export interface ClippedDeltas {
  readonly pairs: readonly DeltaPair[];
  /** What each row was multiplied with, [B], 0 … 1; null where `maxRowNorm` was not asked for. */
  readonly rowFactor: Tensor | null;
  /** What all of it was multiplied with, a scalar, 0 … 1; null where `maxNorm` was not asked for. */
  readonly factor: Tensor | null;
}

/** Below this a norm counts as zero: a number that every dtype holds, and whose inverse it holds too. */
export const smallestNorm: number = 1e-30;

/**
 * Shortens δ where it is too long; its direction (within a row) stays.
 * @throws code `option` for a limit that is not above 0, or rows that differ in number between outputs.
 */
export function clipDeltas(pairs: readonly DeltaPair[], { maxRowNorm, maxNorm }: ClipOptions): ClippedDeltas {
  if (maxRowNorm === undefined && maxNorm === undefined) return { pairs, rowFactor: null, factor: null };
  for (const [name, limit] of Object.entries({ maxRowNorm, maxNorm })) {
    if (limit !== undefined && !(limit > 0))
      throw new GradbridgeError("option", `applyDelta: ${name} must be above 0, got ${limit}.`);
  }
  let clipped = pairs;
  let rowFactor: Tensor | null = null;
  let factor: Tensor | null = null;
  if (maxRowNorm !== undefined) {
    const rows = rowFactorOf(clipped, maxRowNorm);
    rowFactor = rows;
    clipped = clipped.map((pair) => ({
      ...pair,
      delta: mul(inRows(pair.delta), rows.reshape([-1, 1])).reshape(pair.delta.shape),
    }));
  }
  if (maxNorm !== undefined) {
    const all = shrinkTo(maxNorm, deltaNorm(clipped));
    factor = all;
    clipped = clipped.map((pair) => ({ ...pair, delta: mul(pair.delta, all) }));
  }
  return { pairs: clipped, rowFactor, factor };
}

/** Euclidean norm of δ over all the given outputs, a scalar. */
export function deltaNorm(pairs: readonly DeltaPair[]): Tensor {
  return noGrad(() =>
    sqrt(pairs.map(({ delta }) => sum(square(delta))).reduce((total, part) => total.add(part))),
  );
}

function rowFactorOf(pairs: readonly DeltaPair[], maxRowNorm: number): Tensor {
  const counts = new Set(pairs.map(({ delta }) => delta.shape[0]));
  if (counts.size > 1) {
    const rows = pairs.map(({ name, delta }) => `${name} ${delta.shape[0]}`).join(", ");
    throw new GradbridgeError(
      "option",
      `applyDelta: maxRowNorm needs outputs with the same number of rows, got ${rows}. Use maxNorm.`,
    );
  }
  const squares = pairs.map(({ delta }) => sum(square(inRows(delta)), 1));
  return shrinkTo(maxRowNorm, sqrt(squares.reduce((total, part) => total.add(part))));
}

/** min(1, limit / norm), also where the norm is 0. */
function shrinkTo(limit: number, norm: Tensor): Tensor {
  return minimum(mul(maximum(norm, smallestNorm).reciprocal(), limit), 1);
}

/** [B, …] as [B, n]. */
function inRows(delta: Tensor): Tensor {
  return delta.reshape([delta.shape[0] ?? 1, -1]);
}
