import { type ApplyMode, applyDelta } from "@gradbridge/bridge";
import { adam, compile, noGrad, type Tensor, tensor, tidy } from "@gradbridge/core";
import { type Generator, generator } from "@gradbridge/random";
import type { ConflictGraph, GraphFamily } from "./conflict-graph.ts";
import { type DeltaMethod, problemOf, reward, type SchedulingProblem } from "./delta-methods.ts";
import { batchOf, type VertexNetwork, vertexNetwork } from "./vertex-network.ts";

/** One way to learn. */
export interface LearningRun {
  readonly method: DeltaMethod;
  /** How δ is applied. */
  readonly mode: ApplyMode;
  readonly family: GraphFamily;
  /** Graphs of a step; every step draws new ones. */
  readonly graphs: number;
  readonly steps: number;
  readonly learningRate: number;
  /** Of the weights, the training graphs and the exploration. */
  readonly seed: number;
  /** Looks at the network before a step, and after the last one. */
  readonly onStep?: (step: number, network: VertexNetwork) => void;
}

/** Draws graphs, asks the black box for δ at the network's outputs, applies it: Adam, its rate falling linearly to 0. */
export function learn(run: LearningRun): VertexNetwork {
  const { method, mode, family, steps, learningRate, onStep = () => {} } = run;
  const [initial, drawing, exploring] = generator(run.seed).spawn(3) as [Generator, Generator, Generator];
  const network = vertexNetwork(initial);
  const optimizer = adam(network.parameters(), { learningRate });
  const forward = compile((features: Tensor, adjacency: Tensor) =>
    noGrad(() => network.forward(features, adjacency)),
  );
  const step = compile((features: Tensor, adjacency: Tensor, delta: Tensor) => {
    optimizer.zeroGrad();
    applyDelta({ y: network.forward(features, adjacency) }, { y: delta }, { mode });
    optimizer.step();
  });
  for (let i = 0; i < steps; i++) {
    onStep(i, network);
    optimizer.learningRate = learningRate * (1 - i / steps);
    const problems = Array.from({ length: run.graphs }, () => problemOf(family.draw(drawing)));
    tidy(() => {
      const { features, adjacency } = batchOf(problems.map(({ graph }) => graph));
      const y = forward(features, adjacency).dataSync() as Float32Array;
      const delta = method.delta(problems, y, exploring);
      step(features, adjacency, tensor(delta, { shape: [run.graphs, family.size] }));
    });
  }
  onStep(steps, network);
  return network;
}

/** The utility of the network's schedule of each graph (all of one size), as a multiple of plain greedy's. */
export function gains(network: VertexNetwork, problems: readonly SchedulingProblem[]): number[] {
  return scores(
    network,
    problems.map(({ graph }) => graph),
  ).map((y, i) => reward(problems[i]!, y));
}

/** The outputs y of each graph (all of one size), [N]. */
export function scores(network: VertexNetwork, graphs: readonly ConflictGraph[]): Float32Array[] {
  const atOnce = 50;
  if (graphs.length > atOnce) {
    return [...scores(network, graphs.slice(0, atOnce)), ...scores(network, graphs.slice(atOnce))];
  }
  return tidy(() => {
    const { features, adjacency } = batchOf(graphs);
    const y = noGrad(() => network.forward(features, adjacency)).dataSync() as Float32Array;
    const { size } = graphs[0]!;
    return graphs.map((_, i) => y.slice(i * size, (i + 1) * size));
  });
}
