import type { ChartPoint, LineChart } from "@gradbridge/charts";
import { deviation, mean } from "../statistics.ts";
import {
  classicalSolvers,
  type Margins,
  percentAbove,
  relativeTo,
  type TestSet,
  type Trained,
} from "./evaluation.ts";

/** The best that needs no learning. */
const strongest = classicalSolvers.at(-1)!;

const plot = {
  width: 420,
  height: 330,
  y: { title: "utility above plain greedy, %", domain: [-6, 5] },
} as const;

/** The gain on held-out graphs over the steps of training. */
export function learningChart(trained: readonly Trained[], { problems, optimum }: TestSet): LineChart {
  const classical = percentAbove(mean(relativeTo(problems, strongest.solve)));
  return {
    ...plot,
    title: "Held-out graphs over training",
    subtitle: "mean of the seeds, band: ± one standard deviation",
    x: { title: "step" },
    lines: [
      ...trained.map(({ name, runs }) => ({
        name,
        points: runs[0]!.curve.map(({ step }, i) =>
          around(
            step,
            runs.map(({ curve }) => curve[i]!.margin),
          ),
        ),
      })),
      {
        name: strongest.name,
        mark: "dashed" as const,
        points: trained[0]!.runs[0]!.curve.map(({ step }) => ({ x: step, y: classical })),
      },
    ],
    levels: [{ name: "exact", y: percentAbove(mean(optimum!)) }],
  };
}

/** The gain on unit-disk graphs over their number of links. */
export function generalizationChart(margins: readonly Margins[], sets: readonly TestSet[]): LineChart {
  const disks = [...sets.entries()].filter(([, { family }]) => family.name.startsWith("unit disk"));
  return {
    ...plot,
    title: "Unit-disk graphs of other sizes",
    subtitle: "trained on 40 links; mean of the seeds, band: ± one standard deviation",
    x: { title: "links", scale: "log" },
    lines: [
      ...margins.map(({ name, bySet }) => ({
        name,
        points: disks.map(([i, { family }]) => around(family.size, bySet[i]!)),
      })),
      {
        name: strongest.name,
        mark: "dashed" as const,
        points: disks.map(([, { family, problems }]) => ({
          x: family.size,
          y: percentAbove(mean(relativeTo(problems, strongest.solve))),
        })),
      },
    ],
  };
}

/** Their mean, and one standard deviation to both sides. */
function around(x: number, values: readonly number[]): ChartPoint {
  const [center, spread] = [mean(values), deviation(values)];
  return { x, y: center, low: center - spread, high: center + spread };
}
