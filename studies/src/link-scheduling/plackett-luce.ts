import type { Generator } from "@gradbridge/random";
import type { ConflictGraph } from "./conflict-graph.ts";
import type { Schedule } from "./greedy.ts";

/** A schedule drawn at random, and how its probability changes with the outputs. */
export interface SampledSchedule extends Schedule {
  /** ∂log π(order of the links)/∂y = Σ over picks of (e_picked − p)/T, [N]. */
  readonly score: Float64Array;
}

/**
 * Draws one link after the other among those not yet taken or blocked, with probabilities p ∝ (u exp y)^(1/T). For T → 0
 * this is the greedy solver.
 */
export function sampleSchedule(
  graph: ConflictGraph,
  y: ArrayLike<number>,
  temperature: number,
  random: Generator,
): SampledSchedule {
  const { size, weight, neighbors } = graph;
  const logits = weight.map((value, link) => (Math.log(value) + y[link]!) / temperature);
  const highest = logits.reduce((most, value) => Math.max(most, value));
  // the share of each link that is left; 0 once it is taken or blocked
  const share = logits.map((value) => Math.exp(value - highest));
  const score = new Float64Array(size);
  const links: number[] = [];
  const left = new Set(share.keys());
  let utility = 0;
  while (left.size > 0) {
    let total = 0;
    for (const link of left) total += share[link]!;
    let threshold = random.random() * total;
    let picked = -1;
    for (const link of left) {
      score[link]! -= share[link]! / total / temperature;
      if (threshold >= 0) picked = link;
      threshold -= share[link]!;
    }
    score[picked]! += 1 / temperature;
    links.push(picked);
    utility += weight[picked]!;
    left.delete(picked);
    for (const neighbor of neighbors[picked]!) left.delete(neighbor);
  }
  return { links, utility, score };
}
