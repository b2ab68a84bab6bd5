import type { Circumstances } from "./machine.ts";
import type { Measurement } from "./measure.ts";
import { newestNode, runningNode } from "./newest-node.ts";
import { peakShares } from "./peak-share.ts";
import { quoted } from "./quoted.ts";
import type { Row } from "./row.ts";

/** A row and what was measured of it. */
export interface RowResult {
  readonly row: Row;
  readonly measurements: readonly Measurement[];
}

const heading = [
  ...["work", "system", "median", "quartiles"],
  ...[`ours is, ${runningNode}`, `ours is, ${newestNode}`, "goal", ""],
] as const;

/** The table for a terminal. */
export function textTable(results: readonly RowResult[]): string {
  const lines = [heading, ...results.flatMap(tableLines)];
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column < 2 || column > 6 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** docs/benchmarks.md. */
export function markdown(results: readonly RowResult[], { versions, ...where }: Circumstances): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const others = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${[
    "# Benchmarks",
    "",
    `Written by \`${where.command}\`; every figure is from that one run, all systems of a row interleaved. ` +
      "How each is called, and what cannot be compared: [bench/README.md](../bench/README.md).",
    "",
    `- Machine: ${where.cpu}, ${where.cores} cores, ${where.platform}; load average ${where.loadBefore} before, ${where.loadAfter} after`,
    `- Commit ${where.commit}, ${where.date}, Node ${where.node}${where.newestNode === null ? "" : `; “${newestNode}”: v${where.newestNode}`}`,
    `- ${others.join(", ")}`,
    "",
    `“Ours is, ${runningNode}” says how many times as fast the first system of a row is as the system of the line, by medians;`,
    `“ours is, ${newestNode}” the same of the system on ${newestNode} with as many threads: there core’s build for 256-bit`,
    "operations runs, with an experimental flag of V8 ([what that is](../bench/README.md#on-the-newest-node)).",
    "“Goal” is what those numbers are meant to become.",
    "",
    row([...heading.slice(0, -1), "remark"]),
    row(["---", "---", "---:", "---:", "---:", "---:", "---:", "---"]),
    ...results.flatMap((result) => tableLines(result).map(row)),
    "",
    ...peakLines(results),
    "## Quoted, not measured in this run",
    "",
    "From earlier runs of those projects' own programs, on another machine of two shared cores. Not comparable with the table.",
    "",
    row(["work", "system", "figure"]),
    row(["---", "---", "---"]),
    ...quoted.map(({ work, system, figure }) => row([work, system, figure])),
  ].join("\n")}\n`;
}

/** Everything, for programs. */
export function json(results: readonly RowResult[], where: Circumstances): string {
  const rows = results.map(({ row, measurements }) => ({
    id: row.id,
    title: row.title,
    unit: row.unit.label,
    better: row.unit.better,
    systems: measurements.map((measurement) => ({
      ...measurement,
      oursIsTimesAsFast: timesAsFast(row, measurements[0]!, measurement),
      newestIsTimesAsFast: timesAsFast(row, newestOf(row, measurements), measurement),
      goal: goalFor(row, measurements, measurement.system),
    })),
  }));
  return `${JSON.stringify({ ...where, rows }, null, 2)}\n`;
}

/** How far each step is from the measured peak. */
function peakLines(results: readonly RowResult[]): string[] {
  const shares = peakShares(results);
  if (shares.length === 0) return [];
  return [
    "## Share of the peak",
    "",
    "Operations of the matrix products alone, over the time of the whole step, beside the peak of one thread in the first " +
      `row: independent multiplications and additions, nothing loaded and nothing stored; on 256-bit vectors for ${newestNode}, ` +
      "on 128-bit ones for the others. What the rest of a step is spent on: [packages/core/README.md](../packages/core/README.md).",
    "",
    "| work | system | products | one thread's peak | share of it |",
    "| --- | --- | ---: | ---: | ---: |",
    ...shares.map(
      ({ title, system, gigaflops, peak, share }) =>
        `| ${title} | ${system} | ${figure(gigaflops)} GFLOP/s | ${figure(peak)} GFLOP/s | ${Math.round(100 * share)} % |`,
    ),
    "",
  ];
}

function tableLines({ row, measurements }: RowResult): (readonly string[])[] {
  return measurements.map((measurement, i) => {
    const title = i === 0 ? row.title : "";
    if ("failure" in measurement) {
      return [title, measurement.system, "—", "", "", "", "", `not measured: ${measurement.failure}`];
    }
    const { system, spread, remark = "" } = measurement;
    const newest = newestOf(row, measurements);
    const goal = goalFor(row, measurements, system);
    return [
      title,
      system,
      `${figure(spread.median)} ${row.unit.label}`,
      `${figure(spread.lower)} – ${figure(spread.upper)}`,
      i === 0 ? "" : times(timesAsFast(row, measurements[0]!, measurement)),
      measurement === newest ? "" : times(timesAsFast(row, newest, measurement)),
      times(goal),
      remark,
    ];
  });
}

function newestOf(row: Row, measurements: readonly Measurement[]): Measurement | undefined {
  return measurements.find(({ system }) => system === row.newest);
}

function timesAsFast(row: Row, ours: Measurement | undefined, other: Measurement): number | null {
  if (ours === undefined || "failure" in ours || "failure" in other) return null;
  const quotient = other.spread.median / ours.spread.median;
  return row.unit.better === "lower" ? quotient : 1 / quotient;
}

/** A goal holds against the best setting of a system: PyTorch's better number of threads. */
function goalFor(
  { goals = {}, unit }: Row,
  measurements: readonly Measurement[],
  system: string,
): number | null {
  for (const [name, goal] of Object.entries(goals)) {
    const rivals = measurements.flatMap((rival) =>
      "spread" in rival && rival.system.startsWith(name) ? [{ system: rival.system, ...rival.spread }] : [],
    );
    rivals.sort((a, b) => (unit.better === "lower" ? a.median - b.median : b.median - a.median));
    if (rivals[0]?.system === system) return goal;
  }
  return null;
}

function times(ratio: number | null): string {
  return ratio === null ? "" : `${figure(ratio)}×`;
}

/** Three digits, thousands separated. */
function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
