import { type ApplyMeasures, roundingWarning } from "../applying/apply-report.ts";
import type { Diagnostics } from "../estimators/estimator.ts";

const roundingPrefix = "roundingError.";

/**
 * What the surrogate did to each output, for the log: `proximalShare.NAME`, the part of the gradient that the pull
 * y − ỹ makes up, and `roundingError.NAME`, the part of δ that float32 lost in ỹ + δ; both 0 … 1, as in `ApplyMeasures`.
 */
export function surrogateDiagnostics({ outputs }: ApplyMeasures): Diagnostics {
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { proximalShare, roundingError }]) => [
      [`proximalShare.${name}`, proximalShare],
      [`${roundingPrefix}${name}`, roundingError],
    ]),
  );
}

/** Sentences about the outputs whose δ rounding swallowed, from a line of the log; none in the other modes. */
export function surrogateWarnings(record: { readonly [name: string]: number | null }): string[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (value === null || !name.startsWith(roundingPrefix)) return [];
    return roundingWarning(name.slice(roundingPrefix.length), value) ?? [];
  });
}
