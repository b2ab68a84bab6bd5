import {
  add,
  cast,
  div,
  less,
  maximum,
  mean,
  noGrad,
  norm,
  onesLike,
  sub,
  type Tensor,
  zerosLike,
} from "@gradbridge/core";
import { type ClippedDeltas, deltaNorm, smallestNorm } from "./clip-deltas.ts";
import type { DeltaPair } from "./deltas.ts";

/** What was applied to one output; scalars. */
export type OutputMeasures = {
  /** ‖δ‖ over the batch, after `scale`, before clipping. */
  readonly deltaNorm: Tensor;
  /** ‖δ‖ as applied: after clipping. */
  readonly appliedNorm: Tensor;
  /**
   * The part of the surrogate's gradient (y − ỹ) − δ that the pull y − ỹ makes up: ‖y − ỹ‖ / (‖y − ỹ‖ + ‖δ‖), 0 … 1. 0 in
   * the other modes and with `anchor: "current"`.
   */
  readonly proximalShare: Tensor;
  /**
   * What rounding does to δ in the surrogate's target: ‖((ỹ + δ) − ỹ) − δ‖ / ‖δ‖. 0 is exact, 1 is all of it lost. 0 in
   * the other modes, which add nothing to ỹ.
   */
  readonly roundingError: Tensor;
};

/** What was applied, in scalar tensors: a compiled step can return it. */
export type ApplyMeasures = {
  readonly outputs: { readonly [output: string]: OutputMeasures };
  /** ‖δ‖ over all outputs, after `scale`, before clipping. */
  readonly deltaNorm: Tensor;
  /** ‖δ‖ over all outputs after clipping. */
  readonly appliedNorm: Tensor;
  /** Share of the rows that `maxRowNorm` shortened, 0 … 1. */
  readonly clippedRows: Tensor;
  /** What `maxNorm` multiplied δ with: 1 where it was short enough. */
  readonly clipFactor: Tensor;
};

/** What {@link measureApplied} looks at. */
export interface Applied {
  /** After `scale`, before clipping. */
  readonly scaled: readonly DeltaPair[];
  readonly clipped: ClippedDeltas;
  /** ỹ of each pair, in order; null in modes without one. */
  readonly anchors: readonly Tensor[] | null;
}

/** Measures on the device; nothing is read. */
export function measureApplied({ scaled, clipped, anchors }: Applied): ApplyMeasures {
  return noGrad(() => {
    const before = deltaNorm(scaled);
    const zero = zerosLike(before);
    const outputs = scaled.map((pair, i): [string, OutputMeasures] => {
      const applied = clipped.pairs[i]!;
      const anchor = anchors?.[i];
      return [
        pair.name,
        {
          deltaNorm: deltaNorm([pair]),
          appliedNorm: deltaNorm([applied]),
          proximalShare: anchor === undefined ? zero : proximalShare(applied, anchor),
          roundingError: anchor === undefined ? zero : roundingError(applied, anchor),
        },
      ];
    });
    const { rowFactor, factor } = clipped;
    return {
      outputs: Object.fromEntries(outputs),
      deltaNorm: before,
      appliedNorm: deltaNorm(clipped.pairs),
      clippedRows: rowFactor === null ? zero : mean(cast(less(rowFactor, 1), rowFactor.dtype)),
      clipFactor: factor ?? onesLike(before),
    };
  });
}

/** From this relative rounding error on, {@link applyWarnings} speaks up. */
const notableRounding = 0.01;

/**
 * What to worry about, in sentences; empty where there is nothing. Reads the measures on the host: call it now and then,
 * outside of compiled functions.
 */
export function applyWarnings({ outputs, deltaNorm: total }: ApplyMeasures): string[] {
  const warnings: string[] = [];
  if (!Number.isFinite(total.item())) {
    warnings.push(
      "The norm of δ overflows its dtype: clipping by norm would make δ zero. Use a smaller scale.",
    );
  }
  for (const [name, { roundingError }] of Object.entries(outputs)) {
    const warning = roundingWarning(name, roundingError.item());
    if (warning !== null) warnings.push(warning);
  }
  return warnings;
}

/** A sentence about an output whose `roundingError` is notable; null where it is not. */
export function roundingWarning(output: string, roundingError: number): string | null {
  if (roundingError < notableRounding) return null;
  return (
    `The surrogate's target ỹ + δ for "${output}" rounds away ${percent(roundingError)} of δ, which is small beside ỹ. ` +
    `Use the mode "seed" or "inner", which add nothing to ỹ, or a larger scale.`
  );
}

function percent(share: number): string {
  return `${(100 * Math.min(share, 1)).toFixed(share < 0.1 ? 1 : 0)} %`;
}

function proximalShare({ output, delta }: DeltaPair, anchor: Tensor): Tensor {
  const pull = norm(sub(output.detach(), anchor));
  return div(pull, positive(add(pull, norm(delta))));
}

function roundingError({ delta }: DeltaPair, anchor: Tensor): Tensor {
  const arrived = sub(add(anchor, delta), anchor);
  return div(norm(sub(arrived, delta)), positive(norm(delta)));
}

/** A divisor: what is zero becomes the smallest number that can be divided by, so that 0/0 is 0. */
function positive(length: Tensor): Tensor {
  return maximum(length, smallestNorm);
}
