import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { type ConflictGraph, erdosRenyi, unitDisk } from "./conflict-graph.ts";
import { degreeGreedy, greedySchedule, plainGreedy, remainingDegreeGreedy, scoredGreedy } from "./greedy.ts";

const random = generator(2);
const graphs = [unitDisk(30, 10), erdosRenyi(30, 8), erdosRenyi(30, 0)].flatMap((family) =>
  Array.from({ length: 20 }, () => family.draw(random)),
);

/** One link that conflicts with all the others. */
const star: ConflictGraph = {
  size: 4,
  weight: Float64Array.of(10, 4, 5, 6),
  neighbors: [[1, 2, 3], [0], [0], [0]].map((list) => Int32Array.from(list)),
};

/** 0 – 1 – 2 – 3 – 4 */
const path: ConflictGraph = {
  size: 5,
  weight: Float64Array.of(3, 5, 4.5, 5.5, 3),
  neighbors: [[1], [0, 2], [1, 3], [2, 4], [3]].map((list) => Int32Array.from(list)),
};

describe("greedySchedule", () => {
  it("takes links by descending score and skips those in conflict", () => {
    expect(greedySchedule(star, [4, 1, 2, 3])).toEqual({ links: [0], utility: 10 });
    expect(greedySchedule(star, [1, 2, 4, 3])).toEqual({ links: [2, 3, 1], utility: 15 });
    expect(greedySchedule(path, [1, 1, 1, 1, 1]).links).toEqual([0, 2, 4]);
  });
});

describe("plainGreedy and scoredGreedy", () => {
  it("are the same where the network says nothing, or the same of every link", () => {
    for (const graph of graphs) {
      expect(scoredGreedy(graph, new Float32Array(graph.size))).toEqual(plainGreedy(graph));
      expect(scoredGreedy(graph, new Float32Array(graph.size).fill(3)).links).toEqual(
        plainGreedy(graph).links,
      );
    }
  });

  it("follow the outputs", () => {
    expect(scoredGreedy(star, [-1, 0, 0, 0])).toEqual({ links: [3, 2, 1], utility: 15 });
  });
});

describe("greedy by weight and degree", () => {
  it("divides by the degree", () => {
    expect(degreeGreedy(star)).toEqual({ links: [3, 2, 1], utility: 15 });
    // 3/2, 5/3, 4.5/3, 5.5/3, 3/2: the middle is blocked, the end is not
    expect(degreeGreedy(path)).toEqual({ links: [3, 1], utility: 10.5 });
  });

  it("counts what is left", () => {
    // 5.5/3 is the most; 0 and 1 are left with a degree of 1 each: 5/2 is more than 3/2
    expect(remainingDegreeGreedy(path)).toEqual({ links: [3, 1], utility: 10.5 });
    // 4.5/3 before 4/3; what is left of 1 is nothing, so 0 follows with its degree 0
    const weight = Float64Array.of(2.5, 4, 4.5, 4, 2.5);
    expect(remainingDegreeGreedy({ ...path, weight })).toEqual({ links: [2, 0, 4], utility: 9.5 });
  });

  it("is worth at least the sum of u / (degree + 1)", () => {
    for (const graph of graphs) {
      const bound = graph.weight.reduce(
        (sum, value, link) => sum + value / (graph.neighbors[link]!.length + 1),
        0,
      );
      expect(remainingDegreeGreedy(graph).utility).toBeGreaterThanOrEqual(bound - 1e-9);
    }
  });
});

describe.each([
  ["plain", plainGreedy],
  ["degree", degreeGreedy],
  ["remaining degree", remainingDegreeGreedy],
])("%s greedy", (_name, solve) => {
  it("gives an independent set that nothing can be added to, and its weight", () => {
    for (const graph of graphs) {
      const { links, utility } = solve(graph);
      const taken = new Set(links);
      expect(taken.size).toBe(links.length);
      graph.neighbors.forEach((around, link) => {
        const blocked = around.some((neighbor) => taken.has(neighbor));
        expect(taken.has(link)).toBe(!blocked);
      });
      expect(utility).toBeCloseTo(
        links.reduce((sum, link) => sum + graph.weight[link]!, 0),
        9,
      );
    }
  });
});
