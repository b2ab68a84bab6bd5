import type { Generator } from "@gradbridge/random";

/** Links of a wireless network that want to transmit, and which of them cannot do so at the same time. */
export interface ConflictGraph {
  /** N: the number of links, the graph's vertices. */
  readonly size: number;
  /** u: what it is worth to schedule a link, queue length × rate, above 0; [N]. */
  readonly weight: Float64Array;
  /** The links that each link is in conflict with, ascending. */
  readonly neighbors: readonly Int32Array[];
}

/** Draws conflict graphs of one kind. */
export interface GraphFamily {
  readonly name: string;
  /** N */
  readonly size: number;
  draw(random: Generator): ConflictGraph;
}

/**
 * Links at random places of the unit square; two are in conflict when closer than a radius r with (N − 1) π r² =
 * `density`. The mean degree is below `density`, since discs reach over the edge of the square.
 */
export function unitDisk(size: number, density: number): GraphFamily {
  const squaredRadius = density / ((size - 1) * Math.PI);
  return {
    name: `unit disk, N = ${size}`,
    size,
    draw(random) {
      const x = random.fillUniform(new Float64Array(size), 0, 1);
      const y = random.fillUniform(new Float64Array(size), 0, 1);
      const near = (a: number, b: number): boolean =>
        (x[a]! - x[b]!) ** 2 + (y[a]! - y[b]!) ** 2 < squaredRadius;
      return withWeights(random, size, near);
    },
  };
}

/** Erdős–Rényi graphs: each pair is in conflict with the same probability, so that the mean degree is `degree`. */
export function erdosRenyi(size: number, degree: number): GraphFamily {
  return {
    name: `Erdős–Rényi, N = ${size}`,
    size,
    draw: (random) => withWeights(random, size, () => random.random() < degree / (size - 1)),
  };
}

/** Queues of 1 to 100 packets and rates from 0.1 to 1, both uniform. */
function withWeights(
  random: Generator,
  size: number,
  conflict: (a: number, b: number) => boolean,
): ConflictGraph {
  const neighbors: number[][] = Array.from({ length: size }, () => []);
  for (let a = 0; a < size; a++) {
    for (let b = a + 1; b < size; b++) {
      if (!conflict(a, b)) continue;
      neighbors[a]!.push(b);
      neighbors[b]!.push(a);
    }
  }
  const weight = Float64Array.from(
    { length: size },
    () => Number(random.integers(1, 101)) * random.uniform(0.1, 1),
  );
  return { size, weight, neighbors: neighbors.map((list) => Int32Array.from(list)) };
}

/** Mean number of conflicts of a link. */
export function meanDegree({ size, neighbors }: ConflictGraph): number {
  return neighbors.reduce((sum, list) => sum + list.length, 0) / size;
}
