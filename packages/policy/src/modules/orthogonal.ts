import type { Generator } from "@gradbridge/random";

/**
 * A rows × columns matrix, row-major, whose rows (or columns, whichever are fewer) are orthogonal and of length
 * `gain`, uniformly distributed over all such matrices (Saxe et al. 2014). Gram–Schmidt, run twice for full
 * precision, on normal vectors in float64.
 */
export function orthogonal(rows: number, columns: number, gain: number, generator: Generator): Float64Array {
  const count = Math.min(rows, columns);
  const length = Math.max(rows, columns);
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = new Float64Array(length);
    generator.fillNormal(vector);
    for (let pass = 0; pass < 2; pass++) {
      for (const other of vectors) subtract(vector, dot(vector, other), other);
    }
    const norm = Math.sqrt(dot(vector, vector));
    if (norm < 1e-8) continue; // linearly dependent by chance: draw again
    for (let i = 0; i < length; i++) vector[i]! /= norm;
    vectors.push(vector);
  }
  const matrix = new Float64Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      matrix[r * columns + c] = gain * (rows <= columns ? vectors[r]![c]! : vectors[c]![r]!);
    }
  }
  return matrix;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a ← a − scale · b. A function of its own, as `dot` is, so that V8 optimizes it within the first matrix. */
function subtract(a: Float64Array, scale: number, b: Float64Array): void {
  for (let i = 0; i < a.length; i++) a[i]! -= scale * b[i]!;
}
