import { generator } from "@gradbridge/random";
import { describe, expect, it } from "vitest";
import { erdosRenyi, meanDegree, unitDisk } from "./conflict-graph.ts";

describe.each([unitDisk(40, 10), erdosRenyi(40, 8)])("$name", (family) => {
  const random = generator(1);
  const graphs = Array.from({ length: 200 }, () => family.draw(random));

  it("draws simple undirected graphs with positive weights", () => {
    for (const { size, weight, neighbors } of graphs.slice(0, 20)) {
      expect(size).toBe(40);
      expect(weight).toHaveLength(40);
      expect(weight.every((value) => value > 0 && value <= 100)).toBe(true);
      neighbors.forEach((around, link) => {
        expect([...around]).toEqual([...new Set(around)].sort((a, b) => a - b));
        expect(around).not.toContain(link);
        for (const neighbor of around) expect(neighbors[neighbor]).toContain(link);
      });
    }
  });

  it("has about eight conflicts a link", () => {
    const degree = graphs.reduce((sum, graph) => sum + meanDegree(graph), 0) / graphs.length;
    expect(degree).toBeGreaterThan(7.4);
    expect(degree).toBeLessThan(8.4);
  });
});
