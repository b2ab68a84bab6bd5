/**
 * The candidate most similar to `word`, or `null` if none is at least 60 % similar.
 *
 * Similarity is Ratcliff and Obershelp's: twice the number of matching characters over the total number, as in
 * Python's `difflib.get_close_matches(word, candidates, n=1)`, so that suggestions are the same as Gymnasium's.
 */
export function closestMatch(word: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let bestRatio = 0;
  for (const candidate of candidates) {
    const ratio = (2 * matchingCharacters(candidate, word)) / (candidate.length + word.length || 1);
    // Of equally similar ones Python's heap keeps the last in the alphabet.
    if (ratio >= 0.6 && (ratio > bestRatio || (ratio === bestRatio && best !== null && candidate > best))) {
      best = candidate;
      bestRatio = ratio;
    }
  }
  return best;
}

/** Characters in the longest common block and, recursively, in what lies left and right of it. */
function matchingCharacters(a: string, b: string): number {
  let length = 0;
  let startA = 0;
  let startB = 0;
  let previous = new Uint32Array(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const current = new Uint32Array(b.length + 1);
    for (let j = 0; j < b.length; j++) {
      if (a[i] !== b[j]) continue;
      current[j + 1] = previous[j]! + 1;
      if (current[j + 1]! > length) {
        length = current[j + 1]!;
        startA = i - length + 1;
        startB = j - length + 1;
      }
    }
    previous = current;
  }
  if (length === 0) return 0;
  return (
    length +
    matchingCharacters(a.slice(0, startA), b.slice(0, startB)) +
    matchingCharacters(a.slice(startA + length), b.slice(startB + length))
  );
}
