import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { type ConflictGraph, erdosRenyi } from "./conflict-graph.ts";
import { plainGreedy } from "./greedy.ts";
import { sampleSchedule } from "./plackett-luce.ts";

/** The expected utility of a schedule drawn at random, every order of picks enumerated. */
function expectedUtility(
  graph: ConflictGraph,
  y: readonly number[],
  temperature: number,
  left = y.map((_, i) => i),
): number {
  const share = (link: number): number => (graph.weight[link]! * Math.exp(y[link]!)) ** (1 / temperature);
  const total = left.reduce((sum, link) => sum + share(link), 0);
  return left.reduce((sum, link) => {
    const rest = left.filter((other) => other !== link && !graph.neighbors[link]!.includes(other));
    return sum + (share(link) / total) * (graph.weight[link]! + expectedUtility(graph, y, temperature, rest));
  }, 0);
}

describe("sampleSchedule", () => {
  const random = generator(10);
  const graph = erdosRenyi(6, 2).draw(random);
  const y = [0.5, -0.3, 0.1, 0, -0.5, 0.4];
  const temperature = 0.7;
  const count = 40_000;
  const samples = Array.from({ length: count }, () => sampleSchedule(graph, y, temperature, random));

  it("gives the expected utility of the policy", () => {
    const exact = expectedUtility(graph, y, temperature);
    const average = samples.reduce((sum, { utility }) => sum + utility, 0) / count;
    expect(Math.abs(average / exact - 1)).toBeLessThan(0.01);
  });

  it("has the score of that policy: its product with the utility is the gradient on average", () => {
    const exact = expectedUtility(graph, y, temperature);
    for (let link = 0; link < 6; link++) {
      const moved = (by: number): number =>
        expectedUtility(
          graph,
          y.map((value, i) => value + (i === link ? by : 0)),
          temperature,
        );
      const gradient = (moved(1e-4) - moved(-1e-4)) / 2e-4;
      const terms = samples.map(({ utility, score }) => (utility - exact) * score[link]!);
      const average = terms.reduce((sum, term) => sum + term, 0) / count;
      const error = Math.sqrt(terms.reduce((sum, term) => sum + (term - average) ** 2, 0)) / count;
      expect(Math.abs(average - gradient)).toBeLessThan(4 * error);
      expect(4 * error).toBeLessThan(0.1 * exact);
    }
  });

  it("has a score that sums to 0, and is greedy when cold", () => {
    for (const { score } of samples.slice(0, 20)) {
      expect(score.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
    }
    const zero = new Float64Array(6);
    expect(sampleSchedule(graph, zero, 1e-3, random).links).toEqual(plainGreedy(graph).links);
  });
});
