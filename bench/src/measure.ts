import { generator } from "@gradbridge/random";
import { answersDiffer } from "./answers.ts";
import type { Row } from "./row.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import { answerIterations, type Scale, type Subject } from "./subject.ts";

/** How long to measure. */
export interface Effort {
  readonly scale: Scale;
  /** Samples of each system. */
  readonly rounds: number;
  /** Samples of each system in rows whose iterations take seconds. */
  readonly longRounds: number;
  /** Seconds that a sample should take, by way of iterations. */
  readonly sampleSeconds: number;
  /** Seconds of warm-up of each system. */
  readonly warmUpSeconds: number;
}

/** Enough for stable medians on a quiet machine. */
export const fullEffort: Effort = {
  scale: "full",
  rounds: 15,
  longRounds: 3,
  sampleSeconds: 0.05,
  warmUpSeconds: 0.4,
};

/** One iteration of everything. */
export const smokeEffort: Effort = {
  scale: "smoke",
  rounds: 1,
  longRounds: 1,
  sampleSeconds: 0,
  warmUpSeconds: 0,
};

/** What one system did in one row. */
export type Measurement =
  | { readonly system: string; readonly figures: readonly number[]; readonly spread: Spread; remark?: string }
  | { readonly system: string; readonly failure: string };

/** A started system and how many iterations make up one of its samples. */
interface Runner {
  readonly system: string;
  readonly subject: Subject;
  readonly iterations: number;
  readonly figures: number[];
}

/**
 * Measures all systems of a row, interleaved: every round takes one sample of each, in another order. A slow minute of
 * the machine then falls on all of them alike, and the ratios stay.
 * @throws Error where the first system (ours) fails, or where two systems disagree about the answer.
 */
export async function measureRow(row: Row, effort: Effort): Promise<Measurement[]> {
  const runners: Runner[] = [];
  const failures = new Map<string, string>();
  let expected: ArrayLike<number> | undefined;
  try {
    for (const [system, start] of Object.entries(row.systems)) {
      const runner = await startRunner(row, system, () => start(effort.scale), effort, failures);
      if (runner === null) continue;
      runners.push(runner.runner);
      expected ??= runner.answer;
      const difference = answersDiffer(expected, runner.answer, row.tolerance ?? 0);
      if (difference !== null) throw new Error(`${row.id}: ${system} computes something else: ${difference}`);
    }
    const order = generator(0);
    for (let round = 0; round < (row.long ? effort.longRounds : effort.rounds); round++) {
      for (const turn of order.permutation(runners.length)) {
        const { subject, iterations, figures } = runners[turn]!;
        figures.push(row.unit.of((await subject.sample(iterations)) / iterations));
      }
    }
    const remarks = new Map<string, string>();
    for (const { system, subject } of runners) {
      if (subject.remark !== undefined) remarks.set(system, await subject.remark());
    }
    return Object.keys(row.systems).map((system) => {
      const runner = runners.find((candidate) => candidate.system === system);
      if (runner === undefined) return { system, failure: failures.get(system) ?? "did not start" };
      const remark = remarks.get(system);
      const { figures } = runner;
      return { system, figures, spread: spreadOf(figures), ...(remark === undefined ? {} : { remark }) };
    });
  } finally {
    for (const { subject } of runners) await subject.stop?.();
  }
}

/** Starts a system, takes its answer, warms it up, and finds out how many iterations fill a sample. */
async function startRunner(
  row: Row,
  system: string,
  start: () => Subject | Promise<Subject>,
  effort: Effort,
  failures: Map<string, string>,
): Promise<{ runner: Runner; answer: ArrayLike<number> | undefined } | null> {
  const isOurs = system === Object.keys(row.systems)[0];
  let subject: Subject;
  try {
    subject = await start();
  } catch (error) {
    if (isOurs) throw error;
    failures.set(system, error instanceof Error ? error.message : String(error));
    return null;
  }
  let answer: ArrayLike<number> | undefined;
  if (subject.answer !== undefined) {
    await subject.sample(answerIterations);
    answer = await subject.answer();
  }
  const iterations = row.long ? 1 : await warmUp(subject, effort);
  return { runner: { system, subject, iterations, figures: [] }, answer };
}

/** Samples of growing size, until the time is up; what the last one took decides about the iterations of a sample. */
async function warmUp(subject: Subject, { warmUpSeconds, sampleSeconds }: Effort): Promise<number> {
  let iterations = 1;
  let spent = 0;
  while (spent < warmUpSeconds) {
    const seconds = await subject.sample(iterations);
    spent += Math.max(seconds, 1e-6);
    const ideal = (iterations * sampleSeconds) / Math.max(seconds, 1e-9);
    iterations = Math.max(1, Math.round(Math.min(ideal, iterations * 8)));
  }
  return iterations;
}
