import type { ConflictGraph } from "./conflict-graph.ts";
import type { Schedule } from "./greedy.ts";

/** A set of vertices as bits, 32 a word. */
type Bits = Uint32Array;

/**
 * The best schedule there is, by branch and bound: the heaviest candidate is taken, then left out; a branch ends where
 * the candidates cannot add enough. They add at most the heaviest member of each clique of a cover by cliques.
 *
 * Exponential in the worst case; some milliseconds for a hundred links with eight conflicts each.
 */
export function exactSchedule(graph: ConflictGraph): Schedule {
  const { size, weight } = graph;
  // vertices from the heaviest on: the lowest bit of a set is its heaviest vertex
  const order = Array.from({ length: size }, (_, link) => link).sort((a, b) => weight[b]! - weight[a]!);
  const rank = new Int32Array(size);
  order.forEach((link, place) => {
    rank[link] = place;
  });
  const weights = order.map((link) => weight[link]!);
  const words = Math.ceil(size / 32);
  const adjacent = order.map((link) => {
    const bits = new Uint32Array(words);
    for (const neighbor of graph.neighbors[link]!) add(bits, rank[neighbor]!);
    return bits;
  });

  let best: readonly number[] = [];
  let most = -1;
  const taken: number[] = [];
  const uncovered = new Uint32Array(words);
  const common = new Uint32Array(words);

  const canAdd = (candidates: Bits): number => {
    let bound = 0;
    uncovered.set(candidates);
    for (let heaviest = first(uncovered); heaviest >= 0; heaviest = first(uncovered)) {
      bound += weights[heaviest]!;
      common.set(uncovered);
      for (let member = heaviest; member >= 0; member = first(common)) {
        remove(uncovered, member);
        for (let word = 0; word < words; word++) common[word]! &= adjacent[member]![word]!;
      }
    }
    return bound;
  };
  const search = (candidates: Bits, utility: number): void => {
    const next = first(candidates);
    if (next < 0) {
      if (utility > most) [best, most] = [[...taken], utility];
      return;
    }
    if (utility + canAdd(candidates) <= most) return;
    taken.push(next);
    const compatible = candidates.map((word, i) => word & ~adjacent[next]![i]!);
    remove(compatible, next);
    search(compatible, utility + weights[next]!);
    taken.pop();
    const without = candidates.slice();
    remove(without, next);
    search(without, utility);
  };

  const all = new Uint32Array(words);
  for (let place = 0; place < size; place++) add(all, place);
  search(all, 0);
  return { links: best.map((place) => order[place]!), utility: most };
}

function add(bits: Bits, place: number): void {
  bits[place >> 5]! |= 1 << (place & 31);
}

function remove(bits: Bits, place: number): void {
  bits[place >> 5]! &= ~(1 << (place & 31));
}

/** The lowest place of a set; −1 where it is empty. */
function first(bits: Bits): number {
  for (let word = 0; word < bits.length; word++) {
    const value = bits[word]!;
    if (value !== 0) return 32 * word + 31 - Math.clz32(value & -value);
  }
  return -1;
}
