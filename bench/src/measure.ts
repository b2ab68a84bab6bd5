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
  | {
      readonly system: string;
      readonly figures: readonly number[];
      readonly spread: Spread;
      readonly remark?: string;
    }
  | { readonly system: string; readonly failure: string };

/** A started system, how many iterations make up one of its samples, and the samples so far, in the row's unit. */
interface Runner {
  readonly system: string;
  readonly subject: Subject;
  iterations: number;
  readonly figures: number[];
}

/**
 * Measures all systems of a row, interleaved: every round takes one sample of each, in another order. A slow minute of
 * the machine then falls on all of them alike, and the ratios stay.
 * A row that is absent here gives one measurement: the failure of the first system, with the reason.
 * @throws Error where the first system (ours) fails, or where two systems disagree about the answer.
 */
export async function measureRow(row: Row, effort: Effort): Promise<Measurement[]> {
  const [ours] = Object.keys(row.systems);
  const absent = (await row.absent?.(effort.scale)) ?? null;
  if (absent !== null) return [{ system: ours!, failure: absent }];
  const failures = new Map<string, string>();
  const runners: Runner[] = [];
  /** Notes that a system cannot go on. Ours must. */
  const fail = (system: string, error: unknown): void => {
    if (system === ours) throw error;
    failures.set(system, error instanceof Error ? error.message : String(error));
  };
  try {
    let expected: ArrayLike<number> | undefined;
    for (const [system, start] of Object.entries(row.systems)) {
      try {
        const subject = await start(effort.scale);
        const runner: Runner = { system, subject, iterations: 1, figures: [] };
        runners.push(runner);
        const answer = await answerOf(subject);
        expected ??= answer;
        const difference = answersDiffer(expected, answer, row.tolerance ?? 0);
        if (difference !== null) throw new WrongAnswer(`${row.id}: ${system}: ${difference}`);
        if (!row.long) runner.iterations = await warmUp(subject, effort);
      } catch (error) {
        if (error instanceof WrongAnswer) throw error;
        fail(system, error);
      }
    }
    const order = generator(0);
    for (let round = 0; round < (row.long ? effort.longRounds : effort.rounds); round++) {
      for (const turn of order.permutation(runners.length)) {
        const { system, subject, iterations, figures } = runners[turn]!;
        if (failures.has(system)) continue;
        try {
          figures.push(row.unit.of((await subject.sample(iterations)) / iterations));
        } catch (error) {
          fail(system, error);
        }
      }
    }
    const measurements = new Map<string, Measurement>();
    for (const [system, failure] of failures) measurements.set(system, { system, failure });
    for (const { system, subject, figures } of runners) {
      if (failures.has(system)) continue;
      const remark = await subject.remark?.();
      const spread = spreadOf(figures);
      measurements.set(system, { system, figures, spread, ...(remark === undefined ? {} : { remark }) });
    }
    return Object.keys(row.systems).map((system) => measurements.get(system)!);
  } finally {
    for (const { subject } of runners) await subject.stop?.();
  }
}

/** Two systems of a row did not compute the same thing: there is nothing to compare then. */
class WrongAnswer extends Error {}

async function answerOf(subject: Subject): Promise<Float64Array | undefined> {
  if (subject.answer === undefined) return undefined;
  await subject.sample(answerIterations);
  return Float64Array.from(await subject.answer()); // a copy: what it points to goes on changing
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
