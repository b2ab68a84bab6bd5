import { expect, it } from "vitest";
import type { Measurement } from "./measure.ts";
import { newestNode, runningNode } from "./newest-node.ts";
import { json, markdown, type RowResult, textTable } from "./report.ts";
import { gigaflops, microseconds, type Row, stepsPerSecond } from "./row.ts";

const where = {
  cpu: "a processor",
  cores: 2,
  platform: "linux x64",
  node: "v20.20.0",
  newestNode: "26.10.0",
  versions: { torch: "2.0" },
  commit: "abc1234",
  date: "2026-11-21T07:00:00.000Z",
  command: "pnpm bench",
  loadBefore: 0.1,
  loadAfter: 0.9,
};

function result(row: Partial<Row> & Pick<Row, "unit">, medians: Record<string, number | string>): RowResult {
  const measurements = Object.entries(medians).map(
    ([system, median]): Measurement =>
      typeof median === "string"
        ? { system, failure: median }
        : { system, figures: [median], spread: { median, lower: median, upper: median } },
  );
  return { row: { id: "row", title: "some work", systems: {}, ...row }, measurements };
}

function ratios(of: RowResult): (number | null)[] {
  return JSON.parse(json([of], where)).rows[0].systems.map(
    (system: { oursIsTimesAsFast: number | null }) => system.oursIsTimesAsFast,
  );
}

it("says how many times as fast ours is, whichever way the unit points", () => {
  expect(ratios(result({ unit: microseconds() }, { ours: 10, theirs: 25 }))).toEqual([1, 2.5]);
  expect(ratios(result({ unit: stepsPerSecond(1) }, { ours: 10, theirs: 25 }))).toEqual([1, 0.4]);
  expect(ratios(result({ unit: microseconds() }, { ours: 10, theirs: "absent" }))).toEqual([1, null]);
});

it("says the same of ours on the newest Node, in a column of its own", () => {
  const both = { ours: 10, newest: 5, theirs: 25, absent: "not installed" };
  const compared = result({ unit: microseconds(), newest: "newest" }, both);
  const [{ systems }] = JSON.parse(json([compared], where)).rows;
  expect(systems.map((system: { newestIsTimesAsFast: number }) => system.newestIsTimesAsFast)).toEqual([
    2,
    1,
    5,
    null,
  ]);
  const document = markdown([compared], where);
  expect(document).toContain(`| quartiles | ours is, ${runningNode} | ours is, ${newestNode} | goal |`);
  expect(document).toContain(`| some work | ours | 10.0 µs | 10.0 – 10.0 |  | 2.00× |  |  |
|  | newest | 5.00 µs | 5.00 – 5.00 | 0.50× |  |  |  |
|  | theirs | 25.0 µs | 25.0 – 25.0 | 2.50× | 5.00× |  |  |
|  | absent | — |  |  |  |  | not measured: not installed |`);
  expect(document).toContain(`Node v20.20.0; “${newestNode}”: v26.10.0`);
});

it("leaves that column empty where there is no newest Node", () => {
  const failed = result(
    { unit: microseconds(), newest: "newest" },
    { ours: 10, newest: "no npm", theirs: 25 },
  );
  expect(markdown([failed], { ...where, newestNode: null })).toContain(
    "|  | newest | — |  |  |  |  | not measured: no npm |\n|  | theirs | 25.0 µs | 25.0 – 25.0 | 2.50× |  |  |  |",
  );
});

it("holds a goal against the better setting of a system alone", () => {
  const goals = { PyTorch: 8 };
  const medians = { ours: 10, "PyTorch, 1 thread": 50, "PyTorch, 2 threads": 40, JAX: 20 };
  const goalsOf = (of: RowResult): unknown[] =>
    JSON.parse(json([of], where)).rows[0].systems.map(({ goal }: { goal: number | null }) => goal);
  expect(goalsOf(result({ unit: microseconds(), goals }, medians))).toEqual([null, null, 8, null]);
  expect(goalsOf(result({ unit: stepsPerSecond(1), goals }, medians))).toEqual([null, 8, null, null]);
});

it("prints why a system was not measured, and where the others were", () => {
  const some = [result({ unit: microseconds() }, { ours: 1234.5, theirs: "not installed" })];
  expect(textTable(some)).toMatch(
    /some work +ours +1,235 µs +1,235 – 1,235\n +theirs +— +not measured: not installed/,
  );
  const document = markdown(some, where);
  expect(document).toContain("| some work | ours | 1,235 µs | 1,235 – 1,235 |  |  |  |  |");
  expect(document).toContain("a processor, 2 cores, linux x64; load average 0.1 before, 0.9 after");
  expect(document).toContain("Commit abc1234, 2026-11-21T07:00:00.000Z, Node v20.20.0");
});

it("says how near our steps are to the measured peak, where there is one", () => {
  const peak = result(
    { id: "peak", unit: gigaflops(1), newest: "256-bit" },
    { "128-bit": 64, "256-bit": 128 },
  );
  const step = result(
    { unit: microseconds(), productOperations: 1_600_000 },
    { Gradbridge: 50, [`Gradbridge, ${newestNode}`]: 20, "Gradbridge, eager": 100, theirs: 10 },
  );
  const document = markdown([peak, step], where);
  expect(document).toContain("| some work | Gradbridge | 32.0 GFLOP/s | 64.0 GFLOP/s | 50 % |");
  expect(document).toContain(`| some work | Gradbridge, ${newestNode} | 80.0 GFLOP/s | 128 GFLOP/s | 63 % |`);
  expect(document).toContain("| some work | Gradbridge, eager | 16.0 GFLOP/s | 64.0 GFLOP/s | 25 % |");
  expect(document).not.toMatch(/theirs \| [\d.]+ GFLOP/);
  const narrowAlone = { ...peak, measurements: peak.measurements.slice(0, 1) };
  expect(markdown([narrowAlone, step], where)).not.toContain("80.0 GFLOP/s");
  expect(markdown([step], where)).not.toContain("Share of the peak");
});
