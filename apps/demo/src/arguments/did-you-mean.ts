/** ` (Did you mean ppo?)`, or nothing where no candidate is near. Near: at most two in five letters differ. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  let best: string | null = null;
  let fewest = Infinity;
  for (const candidate of candidates) {
    const edits = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (edits >= fewest || edits > 0.4 * Math.max(word.length, candidate.length)) continue;
    best = candidate;
    fewest = edits;
  }
  return best === null ? "" : ` (Did you mean ${best}?)`;
}

/**
 * Letters to insert, drop, replace or swap with their neighbour to turn `a` into `b` (optimal string alignment, the
 * restricted Damerau-Levenshtein distance).
 */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, replaced);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j]!, rows[i - 2]![j - 2]! + 1);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
