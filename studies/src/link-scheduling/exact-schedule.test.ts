import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { type ConflictGraph, erdosRenyi, unitDisk } from "./conflict-graph.ts";
import { exactSchedule } from "./exact-schedule.ts";
import { remainingDegreeGreedy } from "./greedy.ts";

/** The most that any of the 2ᴺ sets without a conflict weighs. */
function bruteForce({ size, weight, neighbors }: ConflictGraph): number {
  let most = 0;
  for (let set = 0; set < 2 ** size; set++) {
    const links = Array.from({ length: size }, (_, link) => link).filter((link) => (set >> link) & 1);
    if (links.some((link) => neighbors[link]!.some((other) => (set >> other) & 1))) continue;
    most = Math.max(
      most,
      links.reduce((sum, link) => sum + weight[link]!, 0),
    );
  }
  return most;
}

/** Graphs beside each other, with no conflicts between them. */
function beside(parts: readonly ConflictGraph[]): ConflictGraph {
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  let start = 0;
  const neighbors = parts.flatMap((part) => {
    const moved = part.neighbors.map((around) => around.map((link) => link + start));
    start += part.size;
    return moved;
  });
  return { size, weight: Float64Array.from(parts.flatMap(({ weight }) => [...weight])), neighbors };
}

describe("exactSchedule", () => {
  it.each([unitDisk(10, 4), unitDisk(10, 20), erdosRenyi(9, 3), erdosRenyi(9, 0)])(
    "is as good as trying every set: $name",
    (family) => {
      const random = generator(3);
      for (let i = 0; i < 12; i++) {
        const graph = family.draw(random);
        expect(exactSchedule(graph).utility).toBeCloseTo(bruteForce(graph), 9);
      }
    },
  );

  it("adds up over graphs that do not touch, across words of 32 links", () => {
    const random = generator(4);
    const family = unitDisk(23, 8);
    for (let i = 0; i < 5; i++) {
      const parts = [family.draw(random), family.draw(random), family.draw(random)];
      const sum = parts.reduce((total, part) => total + exactSchedule(part).utility, 0);
      expect(exactSchedule(beside(parts)).utility).toBeCloseTo(sum, 9);
    }
  });

  it("gives an independent set of that weight, and no greedy is better", () => {
    const random = generator(5);
    for (const family of [unitDisk(70, 10), erdosRenyi(40, 8)]) {
      for (let i = 0; i < 10; i++) {
        const graph = family.draw(random);
        const { links, utility } = exactSchedule(graph);
        expect(links.some((link) => graph.neighbors[link]!.some((other) => links.includes(other)))).toBe(
          false,
        );
        expect(utility).toBeCloseTo(
          links.reduce((sum, link) => sum + graph.weight[link]!, 0),
          9,
        );
        expect(utility).toBeGreaterThanOrEqual(remainingDegreeGreedy(graph).utility - 1e-9);
      }
    }
  });
});
