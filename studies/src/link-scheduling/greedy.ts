import type { ConflictGraph } from "./conflict-graph.ts";

/** Links that transmit together, no two of them in conflict. */
export interface Schedule {
  /** In the order in which they were taken. */
  readonly links: readonly number[];
  /** Sum of their weights. */
  readonly utility: number;
}

/** Takes links by descending score, each one unless a link in conflict with it was taken before; ties by index. */
export function greedySchedule(graph: ConflictGraph, score: ArrayLike<number>): Schedule {
  const order = Int32Array.from({ length: graph.size }, (_, link) => link);
  order.sort((a, b) => score[b]! - score[a]! || a - b);
  const blocked = new Uint8Array(graph.size);
  const links: number[] = [];
  let utility = 0;
  for (const link of order) {
    if (blocked[link] === 1) continue;
    links.push(link);
    utility += graph.weight[link]!;
    for (const neighbor of graph.neighbors[link]!) blocked[neighbor] = 1;
  }
  return { links, utility };
}

/** Greedy by the weights alone: plain greedy. */
export function plainGreedy(graph: ConflictGraph): Schedule {
  return greedySchedule(graph, graph.weight);
}

/**
 * Greedy by u exp(y), y [N] the outputs of a network: y = 0 is plain greedy, and a number added to all y changes nothing.
 * The order is that of log u + y, which cannot overflow.
 */
export function scoredGreedy(graph: ConflictGraph, y: ArrayLike<number>): Schedule {
  return greedySchedule(
    graph,
    graph.weight.map((weight, link) => Math.log(weight) + y[link]!),
  );
}

/** Greedy by u / (degree + 1), the degrees being those of the whole graph. */
export function degreeGreedy(graph: ConflictGraph): Schedule {
  return greedySchedule(
    graph,
    graph.weight.map((weight, link) => weight / (graph.neighbors[link]!.length + 1)),
  );
}

/**
 * Greedy by u / (degree + 1), the degrees being those among the links that can still be taken: GWMIN of Sakai, Togasaki
 * and Yamazaki (2003). Its schedule is worth at least Σ u / (degree + 1).
 */
export function remainingDegreeGreedy(graph: ConflictGraph): Schedule {
  const degree = graph.neighbors.map((list) => list.length);
  const left = new Set(degree.keys());
  const links: number[] = [];
  let utility = 0;
  const remove = (link: number): void => {
    left.delete(link);
    for (const neighbor of graph.neighbors[link]!) degree[neighbor]!--;
  };
  while (left.size > 0) {
    let best = -1;
    let most = -1;
    for (const link of left) {
      const score = graph.weight[link]! / (degree[link]! + 1);
      if (score > most) [best, most] = [link, score];
    }
    links.push(best);
    utility += graph.weight[best]!;
    const blocked = graph.neighbors[best]!.filter((neighbor) => left.has(neighbor));
    remove(best);
    for (const neighbor of blocked) remove(neighbor);
  }
  return { links, utility };
}
