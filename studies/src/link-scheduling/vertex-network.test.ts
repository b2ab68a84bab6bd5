import { noGrad, setDevice, tensor, tidy } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { beforeAll, describe, expect, it } from "vitest";
import { type ConflictGraph, erdosRenyi, unitDisk } from "./conflict-graph.ts";
import { scores } from "./learn.ts";
import { type VertexNetwork, vertexNetwork } from "./vertex-network.ts";

/** A network whose output layer is no longer 0. */
function learnedNetwork(): VertexNetwork {
  const random = generator(6);
  const network = vertexNetwork(random);
  tidy(() =>
    noGrad(() => {
      for (const parameter of network.parameters()) {
        const values = random.fillNormal(new Float64Array(parameter.size), 0, 0.3);
        parameter.assign(tensor(Float32Array.from(values), { shape: parameter.shape }));
      }
    }),
  );
  return network;
}

/** The same graph, link i called order[i]. */
function renamed({ size, weight, neighbors }: ConflictGraph, order: readonly number[]): ConflictGraph {
  const moved = new Float64Array(size);
  const around: Int32Array[] = [];
  order.forEach((name, link) => {
    moved[name] = weight[link]!;
    around[name] = neighbors[link]!.map((neighbor) => order[neighbor]!).sort();
  });
  return { size, weight: moved, neighbors: around };
}

describe("vertexNetwork", () => {
  beforeAll(() => setDevice("wasm"));

  it("begins at 0", () => {
    const graph = unitDisk(20, 10).draw(generator(7));
    expect([...scores(vertexNetwork(generator(0)), [graph])[0]!]).toEqual(new Array(20).fill(0));
  });

  it("is equivariant: the links of a renamed graph keep their scores", () => {
    const network = learnedNetwork();
    const random = generator(8);
    for (const family of [unitDisk(20, 10), erdosRenyi(20, 2)]) {
      const graph = family.draw(random);
      const order = [...random.permutation(20)].map(Number);
      const [before, after] = scores(network, [graph, renamed(graph, order)]);
      expect(new Set(before).size).toBe(20);
      for (let link = 0; link < 20; link++) expect(after![order[link]!]).toBeCloseTo(before![link]!, 5);
    }
  });

  it("does not look at the unit of the weights, nor at the other graphs of a batch", () => {
    const network = learnedNetwork();
    const random = generator(9);
    const family = unitDisk(20, 10);
    const [one, other] = [family.draw(random), family.draw(random)];
    const alone = scores(network, [one])[0]!;
    const together = scores(network, [other, one])[1]!;
    const scaled = scores(network, [{ ...one, weight: one.weight.map((value) => 1000 * value) }])[0]!;
    for (let link = 0; link < 20; link++) {
      expect(together[link]).toBeCloseTo(alone[link]!, 5);
      expect(scaled[link]).toBeCloseTo(alone[link]!, 5);
    }
  });
});
