import { generator } from "@gradbridge/random";
import { deviation, mean } from "../statistics.ts";
import type { GraphFamily } from "./conflict-graph.ts";
import { problemOf, type SchedulingProblem } from "./delta-methods.ts";
import { exactSchedule } from "./exact-schedule.ts";
import { degreeGreedy, remainingDegreeGreedy, type Schedule } from "./greedy.ts";
import { gains } from "./learn.ts";
import type { VertexNetwork } from "./vertex-network.ts";

/** Graphs that nothing was trained on. */
export interface TestSet {
  readonly family: GraphFamily;
  readonly problems: readonly SchedulingProblem[];
  /** The best utility of each graph as a multiple of plain greedy's; null where it would take too long. */
  readonly optimum: readonly number[] | null;
}

/** Draws graphs from a generator that no training run uses, and solves them exactly if asked to. */
export function testSet(family: GraphFamily, count: number, solveExactly: boolean): TestSet {
  const random = generator([2026, family.size]);
  const problems = Array.from({ length: count }, () => problemOf(family.draw(random)));
  return { family, problems, optimum: solveExactly ? relativeTo(problems, exactSchedule) : null };
}

/** What needs no learning, the stronger one last. */
export const classicalSolvers: readonly {
  readonly name: string;
  readonly solve: (graph: SchedulingProblem["graph"]) => Schedule;
}[] = [
  { name: "greedy by u/(degree + 1)", solve: degreeGreedy },
  { name: "greedy by u/(remaining degree + 1)", solve: remainingDegreeGreedy },
];

/** The utility of a solver on each graph as a multiple of plain greedy's. */
export function relativeTo(
  problems: readonly SchedulingProblem[],
  solve: (graph: SchedulingProblem["graph"]) => Schedule,
): number[] {
  return problems.map(({ graph, plainUtility }) => solve(graph).utility / plainUtility);
}

/** Runs of one method, equal but for their seeds. */
export interface Trained {
  readonly name: string;
  readonly runs: readonly {
    readonly network: VertexNetwork;
    /** Steps done and the mean percentage above plain greedy on held-out graphs. */
    readonly curve: readonly { readonly step: number; readonly margin: number }[];
  }[];
}

/** What a method is worth on several sets of graphs. */
export interface Margins {
  readonly name: string;
  /** For each set the mean percentage above plain greedy of each run. */
  readonly bySet: readonly (readonly number[])[];
}

/** Lets every network of a method schedule every graph. */
export function marginsOn(sets: readonly TestSet[], { name, runs }: Trained): Margins {
  const bySet = sets.map(({ problems }) =>
    runs.map(({ network }) => percentAbove(mean(gains(network, problems)))),
  );
  return { name, bySet };
}

/** For each graph its mean over runs. */
export function meanOverRuns(runs: readonly (readonly number[])[]): number[] {
  return runs[0]!.map((_, graph) => mean(runs.map((run) => run[graph]!)));
}

/** Half the width of the 95 % interval of the mean of independent values, by the normal approximation. */
export function halfInterval(values: readonly number[]): number {
  return (1.96 * deviation(values)) / Math.sqrt(values.length);
}

/** A ratio of utilities as what it is above 1, in percent. */
export function percentAbove(ratio: number): number {
  return 100 * (ratio - 1);
}
