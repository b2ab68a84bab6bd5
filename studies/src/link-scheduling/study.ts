import type { ApplyMode } from "@gradbridge/bridge";
import { setDevice } from "@gradbridge/core";
import { generator } from "@gradbridge/random";
import { mean, meanAndDeviation } from "../statistics.ts";
import type { Study, StudyContext, StudyTable } from "../study.ts";
import { erdosRenyi, type GraphFamily, unitDisk } from "./conflict-graph.ts";
import {
  centered,
  type DeltaMethod,
  gaussianScore,
  outputSpsa,
  plackettLuceScore,
  type SchedulingProblem,
  selectedReward,
  selectedTarget,
} from "./delta-methods.ts";
import { directionTable } from "./directions.ts";
import {
  classicalSolvers,
  halfInterval,
  type Margins,
  marginsOn,
  meanOverRuns,
  percentAbove,
  relativeTo,
  type TestSet,
  type Trained,
  testSet,
} from "./evaluation.ts";
import { gains, learn, scores } from "./learn.ts";
import { generalizationChart, learningChart } from "./pictures.ts";

const density = 10;
const degree = 8;
const trainedOn = unitDisk(40, density);

/** A method and the learning rate that suits it. */
interface Contender {
  readonly method: DeltaMethod;
  readonly learningRate: number;
}

const score: Contender = { method: centered(gaussianScore()), learningRate: 6e-3 };
const plackettLuce: Contender = { method: plackettLuceScore(), learningRate: 6e-3 };
const contenders: readonly Contender[] = [
  score,
  { method: centered(outputSpsa()), learningRate: 6e-3 },
  { method: centered(selectedReward()), learningRate: 1.5e-3 },
  { method: selectedReward(), learningRate: 1.5e-3 },
  { method: selectedTarget(), learningRate: 6e-3 },
  plackettLuce,
];

/** How large the study is. */
interface Size {
  readonly seeds: readonly number[];
  readonly steps: number;
  readonly graphs: number;
  /** Graphs to judge by: of the family that is trained on, and of each other one. */
  readonly heldOut: number;
  readonly others: number;
  readonly draws: number;
}

const full: Size = { seeds: [1, 2, 3, 4, 5], steps: 400, graphs: 32, heldOut: 1000, others: 300, draws: 200 };
const quickly: Size = { seeds: [1], steps: 4, graphs: 4, heldOut: 8, others: 8, draws: 2 };

/** The black box that the squared surrogate was made for: a network scores links, a greedy solver schedules them. */
export const linkSchedulingStudy: Study = {
  name: "link-scheduling",
  question: "a greedy solver as a black box: which δ teaches a graph network to schedule wireless links?",
  async run(context) {
    await setDevice("wasm");
    const size = context.quick ? quickly : full;
    const heldOut = testSet(trainedOn, size.heldOut, true);
    const sets = [
      testSet(unitDisk(25, density), size.others, true),
      heldOut,
      testSet(unitDisk(100, density), size.others, true),
      testSet(unitDisk(200, density), size.others, false),
      testSet(erdosRenyi(40, degree), size.others, true),
      testSet(erdosRenyi(100, degree), size.others, !context.quick),
    ];
    const trained = contenders.map((contender) => train(contender, trainedOn, heldOut, size, context));
    const otherFamily = {
      ...train(plackettLuce, erdosRenyi(40, degree), heldOut, size, context),
      name: `${plackettLuce.method.name}, trained on Erdős–Rényi`,
    };
    context.log("generalization");
    const margins = [...trained, otherFamily].map((one) => marginsOn(sets, one));
    return {
      tables: {
        "held-out": heldOutTable(trained, heldOut),
        generalization: generalizationTable(margins, sets),
        directions: directionsFrom(trained[0]!, heldOut, size, context),
        modes: modesTable(trained.at(-1)!, heldOut, size, context),
        time: timeTable(heldOut.problems.slice(0, size.graphs), size),
      },
      pictures: {
        learning: {
          charts: [learningChart(trained, heldOut), generalizationChart(margins.slice(0, -1), sets)],
          columns: 2,
        },
      },
    };
  },
};

function train(
  { method, learningRate }: Contender,
  family: GraphFamily,
  heldOut: TestSet,
  { seeds, steps, graphs }: Size,
  { log }: StudyContext,
  mode: ApplyMode = "seed",
): Trained {
  const runs = seeds.map((seed) => {
    const curve: { step: number; margin: number }[] = [];
    const network = learn({
      method,
      mode,
      family,
      graphs,
      steps,
      learningRate,
      seed,
      onStep(step, network) {
        if (step % Math.ceil(steps / 10) !== 0) return;
        curve.push({ step, margin: percentAbove(mean(gains(network, heldOut.problems))) });
      },
    });
    return { network, curve };
  });
  log(
    `${method.name}, ${mode}: ${meanAndDeviation(
      runs.map(({ curve }) => curve.at(-1)!.margin),
      2,
    )} %`,
  );
  return { name: method.name, runs };
}

function heldOutTable(trained: readonly Trained[], { problems, optimum }: TestSet): StudyTable {
  const best = optimum!;
  const stronger = relativeTo(problems, classicalSolvers.at(-1)!.solve);
  const row = (name: string, runs: readonly (readonly number[])[]): string[] => {
    const perGraph = meanOverRuns(runs);
    const margins = perGraph.map(percentAbove);
    const lead = perGraph.map((gain, i) => 100 * (gain - stronger[i]!));
    const overSeeds = runs.map((run) => percentAbove(mean(run)));
    const all = runs.flat();
    const share = 100 * mean(all.map((gain, i) => gain / best[i % best.length]!));
    return [
      name,
      runs.length > 1 ? meanAndDeviation(overSeeds, 2) : mean(overSeeds).toFixed(2),
      `${(mean(margins) - halfInterval(margins)).toFixed(2)} … ${(mean(margins) + halfInterval(margins)).toFixed(2)}`,
      share.toFixed(1),
      ((100 * mean(margins)) / mean(best.map(percentAbove))).toFixed(0),
      `${(100 * mean(all.map((gain) => Number(gain > 1 + 1e-9)))).toFixed(0)} / ${(100 * mean(all.map((gain) => Number(gain < 1 - 1e-9)))).toFixed(0)}`,
      `${mean(lead).toFixed(2)} ± ${halfInterval(lead).toFixed(2)}`,
    ];
  };
  return {
    columns: [
      "scores by",
      "above plain greedy, %",
      "95 % interval",
      "share of the optimum, %",
      "of the gap closed, %",
      "graphs better / worse, %",
      "above the stronger greedy, %",
    ],
    rows: [
      row("plain greedy", [problems.map(() => 1)]),
      ...classicalSolvers.map(({ name, solve }) => row(name, [relativeTo(problems, solve)])),
      ...trained.map(({ name, runs }) =>
        row(
          name,
          runs.map(({ network }) => gains(network, problems)),
        ),
      ),
      row("exact", [best]),
    ],
  };
}

function generalizationTable(margins: readonly Margins[], sets: readonly TestSet[]): StudyTable {
  return {
    columns: ["above plain greedy, %", ...sets.map(({ family }) => family.name)],
    rows: [
      ...classicalSolvers.map(({ name, solve }) => [
        name,
        ...sets.map(({ problems }) => percentAbove(mean(relativeTo(problems, solve))).toFixed(2)),
      ]),
      ...margins.map(({ name, bySet }) => [name, ...bySet.map((margin) => meanAndDeviation(margin, 2))]),
      [
        "exact",
        ...sets.map(({ optimum }) => (optimum === null ? "–" : percentAbove(mean(optimum)).toFixed(2))),
      ],
    ],
  };
}

/** Directions where learning begins, and where a method's first run ended. */
function directionsFrom(
  { runs }: Trained,
  heldOut: TestSet,
  { draws }: Size,
  { log }: StudyContext,
): StudyTable {
  log("directions");
  const problems = heldOut.problems.slice(0, 10);
  const graphs = problems.map(({ graph }) => graph);
  const learned = Float32Array.from(scores(runs[0]!.network, graphs).flatMap((y) => [...y]));
  const methods = [gaussianScore(), outputSpsa(), selectedReward()]
    .flatMap((method) => [method, centered(method)])
    .concat(selectedTarget(), plackettLuce.method);
  const at = { "y = 0": new Float32Array(learned.length), "learned y": learned };
  return directionTable(methods, problems, at, draws);
}

/** @param bySeed the runs in which δ was applied as a seed */
function modesTable(bySeed: Trained, heldOut: TestSet, size: Size, context: StudyContext): StudyTable {
  const modes: readonly ApplyMode[] = ["seed", "surrogate", "inner"];
  return {
    columns: ["δ applied by", "above plain greedy, %", "each seed"],
    rows: modes.map((mode) => {
      const { runs } =
        mode === "seed" ? bySeed : train(plackettLuce, trainedOn, heldOut, size, context, mode);
      const margins = runs.map(({ network }) => percentAbove(mean(gains(network, heldOut.problems))));
      return [mode, meanAndDeviation(margins, 2), margins.map((margin) => margin.toFixed(3)).join(", ")];
    }),
  };
}

/** The fastest of many calls, the methods taking turns. */
function timeTable(problems: readonly SchedulingProblem[], { draws }: Size): StudyTable {
  const random = generator(5);
  const y = new Float32Array(problems.length * problems[0]!.graph.size);
  const times = contenders.map((): number[] => []);
  for (let draw = 0; draw < draws; draw++) {
    contenders.forEach(({ method }, i) => {
      const began = performance.now();
      method.delta(problems, y, random);
      times[i]!.push(performance.now() - began);
    });
  }
  return {
    columns: ["δ by", "ms a step"],
    rows: contenders.map(({ method }, i) => [method.name, Math.min(...times[i]!).toFixed(2)]),
  };
}
