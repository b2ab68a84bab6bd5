import { expect, it } from "vitest";
import type { Measurement } from "./measure.ts";
import { json, markdown, type RowResult, textTable } from "./report.ts";
import { gigaflops, microseconds, type Row, stepsPerSecond } from "./row.ts";

const where = {
  cpu: "a processor",
  cores: 2,
  platform: "linux x64",
  node: "v20.20.0",
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
  expect(document).toContain("| some work | ours | 1,235 µs | 1,235 – 1,235 |  |  |  |");
  expect(document).toContain("a processor, 2 cores, linux x64; load average 0.1 before, 0.9 after");
  expect(document).toContain("Commit abc1234, 2026-11-21T07:00:00.000Z, Node v20.20.0");
});

it("says how near our steps are to the measured peak, where there is one", () => {
  const peak = result({ id: "peak", unit: gigaflops(1) }, { "this machine": 64 });
  const step = result(
    { unit: microseconds(), productOperations: 1_600_000 },
    { Gradbridge: 50, "Gradbridge, eager": 100, theirs: 10 },
  );
  const document = markdown([peak, step], where);
  expect(document).toContain("| some work | Gradbridge | 32.0 GFLOP/s | 50 % |");
  expect(document).toContain("| some work | Gradbridge, eager | 16.0 GFLOP/s | 25 % |");
  expect(document).not.toMatch(/theirs \| [\d.]+ GFLOP/);
  expect(markdown([step], where)).not.toContain("Share of the peak");
});
