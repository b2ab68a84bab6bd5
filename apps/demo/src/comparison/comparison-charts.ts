import type { ComparedRun, ComparedUpdate } from "@gradbridge/bridge";
import type { ChartLine, LineChart } from "@gradbridge/charts";
import { modesOf, spreadOf } from "./summarize.ts";

/** Return, cosine and ratio of norms over training: one line for each mode, one band over its seeds. */
export function comparisonCharts(
  title: string,
  runs: readonly ComparedRun[],
  rewardThreshold: number | null,
): LineChart[] {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const subtitle =
    seeds === 1 ? `seed ${runs[0]!.seed}` : `mean of ${seeds} seeds, band: ± one standard deviation`;
  const x = { title: "environment steps", format: ",d", zero: true } as const;
  const size = { width: 560, height: 260 } as const;
  return [
    {
      ...size,
      title,
      subtitle,
      x,
      y: { title: "return, last 100 episodes" },
      lines: linesOf(runs, ({ returnMean }) => returnMean, aroundMean),
      levels:
        rewardThreshold === null
          ? []
          : [{ name: `reward threshold (${rewardThreshold})`, y: rewardThreshold }],
    },
    {
      ...size,
      title: "Direction of the parameter gradient",
      subtitle: "after each update, for its rollout; band: lowest to highest of the seeds",
      x,
      y: { title: "cosine with the gradient of seed", domain: [-1, 1] },
      lines: linesOf(runs, ({ cosine }) => cosine, lowestToHighest),
    },
    {
      ...size,
      title: "Size of the parameter gradient",
      subtitle: "after each update, for its rollout; band: lowest to highest of the seeds",
      x,
      y: { title: "norm ÷ norm of the gradient of seed", scale: "log" },
      lines: linesOf(runs, ({ normRatio }) => normRatio, lowestToHighest),
    },
  ];
}

type Band = (values: readonly number[]) => { readonly low: number; readonly high: number };

const aroundMean: Band = (values) => {
  const { mean, std } = spreadOf(values);
  return { low: mean - std, high: mean + std };
};

const lowestToHighest: Band = (values) => ({ low: Math.min(...values), high: Math.max(...values) });

function linesOf(
  runs: readonly ComparedRun[],
  value: (update: ComparedUpdate) => number | null,
  band: Band,
): ChartLine[] {
  return modesOf(runs).map((mode) => {
    const own = runs.filter((run) => run.mode === mode).map(({ updates }) => updates);
    const shortest = Math.min(...own.map(({ length }) => length));
    const points = own[0]!.slice(0, shortest).flatMap(({ steps }, i) => {
      const values = own.map((updates) => value(updates[i]!));
      if (!values.every((one): one is number => one !== null && Number.isFinite(one))) return [];
      return [{ x: steps, y: spreadOf(values).mean, ...(values.length > 1 && band(values)) }];
    });
    // where modes agree to the last bit, the line below shows through
    return { name: mode.name, points, mark: mode.apply === "inner" ? "dashed" : "line" };
  });
}
