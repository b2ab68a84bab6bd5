import type { LineChart } from "@gradbridge/charts";
import { mean, meanAndDeviation } from "../statistics.ts";
import type { Study, StudyContext, StudyTable } from "../study.ts";
import { outputNoiseTable } from "./output-noise.ts";
import { roundingTable } from "./rounding.ts";
import { lineOver, type StaleRun, trainStale, type Way, ways } from "./staleness.ts";

/** Does the squared surrogate work under exploration, where the outputs that acted are not those of the network? */
export const surrogateStudy: Study = {
  name: "surrogate",
  question: "does the squared surrogate work where ỹ ≠ y: noise, stale data, scale, float32?",
  async run(context) {
    const { quick, log } = context;
    log("noise");
    const noise = outputNoiseTable(quick ? [0, 1] : [0, 0.01, 0.03, 0.1, 0.3, 1, 3], quick ? 10 : 2000);
    log("rounding");
    const rounding = await roundingTable();
    const epochs = await sweep(context, quick ? [1, 2] : [1, 2, 4, 8, 16, 32, 64], (value) => ({
      epochs: value,
      scale: 1,
    }));
    const scale = await sweep(context, quick ? [1] : [0.01, 0.1, 0.3, 1, 3, 10], (value) => ({
      epochs: 16,
      scale: value,
    }));
    return {
      tables: {
        noise,
        rounding,
        epochs: sweepTable("epochs", epochs),
        scale: sweepTable("ε", scale),
      },
      pictures: {
        staleness: {
          charts: [
            returnChart("Return after 50,000 steps", "epochs on the same data", epochs),
            cosineChart("Direction after the last epoch", "epochs on the same data", epochs),
            returnChart("Return after 50,000 steps, 16 epochs", "ε", scale),
            displacementChart("How far the logits move in an update, 16 epochs", "ε", scale),
          ],
          columns: 2,
        },
      },
    };
  },
};

interface SweepPoint {
  readonly way: Way;
  readonly value: number;
  readonly runs: readonly StaleRun[];
}

async function sweep(
  { quick, log }: StudyContext,
  values: readonly number[],
  settings: (value: number) => { readonly epochs: number; readonly scale: number },
): Promise<SweepPoint[]> {
  const seeds = quick ? [1] : [1, 2, 3, 4, 5];
  const steps = quick ? 512 : 50_000;
  const points: SweepPoint[] = [];
  for (const value of values) {
    for (const way of ways) {
      const runs: StaleRun[] = [];
      for (const seed of seeds) runs.push(await trainStale({ way, seed, steps, ...settings(value) }));
      points.push({ way, value, runs });
      log(
        `${JSON.stringify(settings(value))} ${way.name}: ${mean(runs.map((run) => run.evaluation)).toFixed(0)}`,
      );
    }
  }
  return points;
}

function sweepTable(name: string, points: readonly SweepPoint[]): StudyTable {
  return {
    columns: [name, "way", "return", "KL per update", "rms of y − ỹ", "cosine with seed"],
    rows: points.map(({ way, value, runs }) => [
      `${value}`,
      way.name,
      meanAndDeviation(
        runs.map(({ evaluation }) => evaluation),
        0,
      ),
      mean(runs.map(({ kl }) => kl)).toFixed(4),
      mean(runs.map(({ displacement }) => displacement)).toFixed(3),
      mean(runs.map(({ cosine }) => cosine)).toFixed(2),
    ]),
  };
}

const size = { width: 420, height: 260 } as const;

function linesOf(points: readonly SweepPoint[], value: (run: StaleRun) => number) {
  return ways.map((way) =>
    lineOver(
      way.name,
      points
        .filter((point) => point.way === way)
        .map((point) => ({ x: point.value, values: point.runs.map(value) })),
    ),
  );
}

function returnChart(title: string, x: string, points: readonly SweepPoint[]): LineChart {
  return {
    ...size,
    title,
    subtitle: "CartPole-v1, PPO; mean of the seeds, band: lowest to highest",
    x: { title: x, scale: "log" },
    y: { title: "return of 100 episodes", zero: true },
    lines: linesOf(points, ({ evaluation }) => evaluation),
  };
}

function cosineChart(title: string, x: string, points: readonly SweepPoint[]): LineChart {
  return {
    ...size,
    title,
    subtitle: "of the parameter gradient, for the rollout just learned from",
    x: { title: x, scale: "log" },
    y: { title: "cosine with the gradient of seed", domain: [-1, 1] },
    lines: linesOf(points, ({ cosine }) => cosine),
  };
}

function displacementChart(title: string, x: string, points: readonly SweepPoint[]): LineChart {
  return {
    ...size,
    title,
    subtitle: "root mean square of y − ỹ after the last epoch",
    x: { title: x, scale: "log" },
    y: { title: "rms of y − ỹ", zero: true },
    lines: linesOf(points, ({ displacement }) => displacement),
  };
}
