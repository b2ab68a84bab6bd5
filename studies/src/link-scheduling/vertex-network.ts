import { add, matmul, relu, type Tensor, tensor } from "@gradbridge/core";
import { linear } from "@gradbridge/policy";
import type { Generator } from "@gradbridge/random";
import { type ConflictGraph, meanDegree } from "./conflict-graph.ts";

/** Graphs of one size, as a network reads them. */
export interface GraphBatch {
  /** What is known of each link, [G, N, F]. */
  readonly features: Tensor;
  /** Â: row v holds 1/degree for each neighbour of v, so that Â H is the mean over neighbours; [G, N, N]. */
  readonly adjacency: Tensor;
}

/** F */
const featureCount = 6;

/**
 * A link's own weight, the mean and the largest of its neighbours' weights and the sum of them (÷ 10), all relative to
 * the mean weight of the graph; its degree relative to the graph's mean (÷ 2); the share of neighbours that are heavier.
 */
function writeFeatures(graph: ConflictGraph, features: Float32Array, start: number): void {
  const { size, weight, neighbors } = graph;
  const meanWeight = weight.reduce((sum, value) => sum + value, 0) / size;
  const degreeUnit = 2 * Math.max(1, meanDegree(graph));
  for (let link = 0; link < size; link++) {
    const around = neighbors[link]!;
    let total = 0;
    let largest = 0;
    let heavier = 0;
    for (const neighbor of around) {
      total += weight[neighbor]!;
      largest = Math.max(largest, weight[neighbor]!);
      if (weight[neighbor]! > weight[link]!) heavier++;
    }
    const count = Math.max(1, around.length);
    features.set(
      [
        weight[link]! / meanWeight,
        total / count / meanWeight,
        largest / meanWeight,
        total / meanWeight / 10,
        around.length / degreeUnit,
        heavier / count,
      ],
      start + link * featureCount,
    );
  }
}

/** Puts graphs of one size on the device. */
export function batchOf(graphs: readonly ConflictGraph[]): GraphBatch {
  const { size } = graphs[0]!;
  const features = new Float32Array(graphs.length * size * featureCount);
  const adjacency = new Float32Array(graphs.length * size * size);
  graphs.forEach((graph, i) => {
    writeFeatures(graph, features, i * size * featureCount);
    graph.neighbors.forEach((around, link) => {
      for (const neighbor of around) adjacency[(i * size + link) * size + neighbor] = 1 / around.length;
    });
  });
  return {
    features: tensor(features, { shape: [graphs.length, size, featureCount] }),
    adjacency: tensor(adjacency, { shape: [graphs.length, size, size] }),
  };
}

/** A network that scores the vertices of graphs of any size. */
export interface VertexNetwork {
  /** y, [G, N] */
  forward(features: Tensor, adjacency: Tensor): Tensor;
  parameters(): Tensor[];
}

/**
 * Two graph convolutions H' = relu(H W + (Â H) V + b) of `hidden` units and a linear output, which begins at 0: before
 * it has learned anything, the greedy solver is plain greedy.
 */
export function vertexNetwork(generator: Generator, hidden = 32): VertexNetwork {
  const convolutions = [featureCount, hidden].map((inputs) => ({
    own: linear(inputs, hidden, { generator }),
    around: linear(inputs, hidden, { generator, bias: false }),
  }));
  const output = linear(hidden, 1, { generator, initialization: "orthogonal", gain: 0 });
  return {
    forward(features, adjacency) {
      let h = features;
      for (const { own, around } of convolutions) {
        h = relu(add(own.forward(h), around.forward(matmul(adjacency, h))));
      }
      return output.forward(h).reshape([features.shape[0]!, features.shape[1]!]);
    },
    parameters: () => [
      ...convolutions.flatMap(({ own, around }) => [...own.parameters(), ...around.parameters()]),
      ...output.parameters(),
    ],
  };
}
