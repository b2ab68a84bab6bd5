import { textTable } from "../text-table.ts";
import type { ModeSummary } from "./summarize.ts";

/** The summaries as a table for people. */
export function comparisonTable(summaries: readonly ModeSummary[]): string {
  return textTable([
    ["mode", "return", "ms per update", "cosine with seed (lowest)", "norm ÷ seed's"],
    ...summaries.map(({ mode, evaluation, millisecondsPerUpdate, cosine, lowestCosine, normRatio }) => [
      mode,
      evaluation === null ? "–" : `${evaluation.mean.toFixed(1)} ± ${evaluation.std.toFixed(1)}`,
      millisecondsPerUpdate.toFixed(2),
      `${cosine.toFixed(4)} (${lowestCosine.toFixed(4)})`,
      normRatio.toFixed(4),
    ]),
  ]);
}
